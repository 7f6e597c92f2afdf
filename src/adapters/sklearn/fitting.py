"""From rows to a model: point estimates out of fold, their residuals, and the fit on all rows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from adapters.sklearn.distribution import fitted_distribution
from adapters.sklearn.families import estimator_of, family_of
from adapters.sklearn.folds import folds
from adapters.sklearn.model import CostModel, rounded
from adapters.sklearn.scoring import scores
from adapters.sklearn.support import Support
from domain.beneficiary import FACTS
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.claims import Claims
    from domain.model import Recipe
    from domain.scores import Scores

    Floats = NDArray[np.float64]

_BACKGROUND: Final = 100
_INNER_SPLITS: Final = 5
_ONE_CENT: Final = 0.01
_WORTH_THREADS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Table:
    """Claims as arrays: n x 6 numbers, `Beneficiary.as_numbers` row by row, and n charges in USD."""

    rows: Floats
    charges: Floats

    @classmethod
    def of(cls, claims: Claims) -> Table:
        """Make arrays of columns; where they are arrays already nothing is copied."""
        return cls(np.asarray(claims.facts, dtype=np.float64), np.asarray(claims.charges, dtype=np.float64))

    @classmethod
    def empty(cls) -> Table:
        """Give no rows."""
        return cls(np.empty((0, len(FACTS))), np.empty(0))

    def __len__(self) -> int:
        return len(self.charges)

    def __getitem__(self, positions: NDArray[Any]) -> Table:
        return Table(self.rows[positions], self.charges[positions])


def fit_model(recipe: Recipe, table: Table, *, seed: int, repeats: int = 1) -> CostModel:
    """Fit on all rows of a table, with residuals that are out of fold over all of them.

    Args:
        recipe: what to fit.
        table: n rows.
        seed: of every draw.
        repeats: how often the inner folds are drawn.

    Raises:
        ConfigurationError: for a recipe that makes no sense.
    """
    with threads_for(len(table)):
        return _fit_model(recipe, table, seed=seed, repeats=repeats)[0]


def fit_and_score(recipe: Recipe, table: Table, *, seed: int, repeats: int = 1) -> tuple[CostModel, Scores]:
    """Fit as `fit_model` does, and score what was fitted as `served_scores` does."""
    with threads_for(len(table)):
        model, points = _fit_model(recipe, table, seed=seed, repeats=repeats)
        return model, served_scores(model, table, points)


def served_scores(model: CostModel, table: Table, points: Floats) -> Scores:
    """Score the very ranges that a model publishes, around points of estimators that had not seen the row.

    Cross-validation measures ranges that each fold makes for itself, and groups by other facts if it likes.

    Args:
        model: fitted on the table.
        table: n rows.
        points: as `model_around`; those of the first repeat are looked at.
    """
    return scores(table.rows, table.charges, model.around(points[0], table.rows))


def threads_for(rows: int) -> threadpool_limits:
    """Give one thread to few rows: several wait for each other longer than they work, most of all on busy cores."""
    return threadpool_limits(1 if rows < _WORTH_THREADS else None)


def _fit_model(recipe: Recipe, table: Table, *, seed: int, repeats: int) -> tuple[CostModel, Floats]:
    points = np.empty((repeats, len(table)))
    draws = folds(table.charges, n_splits=_INNER_SPLITS, n_repeats=repeats, seed=seed)
    for number, (known, held) in enumerate(draws):
        estimator = fit_estimator(recipe, table[known], seed=seed)
        points[number // _INNER_SPLITS, held] = rounded(estimator.predict(table.rows[held]))
    return model_around(fit_estimator(recipe, table, seed=seed), table, points, seed=seed), points


def model_around(estimator: Any, table: Table, points: Floats, *, seed: int) -> CostModel:
    """Spread what is left over out of fold around an estimator.

    Args:
        estimator: fitted on the table, and maybe on more.
        table: n rows.
        points: what estimators that had not seen a row said of it, repeats x n, in USD.
        seed: of every draw.
    """
    repeats = len(points)
    distribution = fitted_distribution(
        np.tile(table.rows, (repeats, 1)), points.ravel(), np.tile(table.charges, repeats), repeats=repeats, seed=seed
    )
    background = np.random.default_rng(seed).permutation(len(table))[:_BACKGROUND]
    expected = distribution.mean(table.rows, points[0])
    support = Support.of(table.rows, table.charges, expected, seed=seed)
    return CostModel(estimator, distribution, support, table.rows[background])


def fit_estimator(recipe: Recipe, table: Table, *, seed: int) -> Any:
    """Fit the point estimator alone."""
    family = family_of(recipe)
    if family.most_rows and len(table) > family.most_rows:
        table = table[np.random.default_rng(seed).permutation(len(table))[: family.most_rows]]
    charges = np.maximum(table.charges, _ONE_CENT) if family.positive else table.charges
    estimator = estimator_of(recipe, seed=seed)
    try:
        with warnings.catch_warnings():
            # a fit that stopped early is measured as it is, and the comparison tells
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator = estimator.fit(table.rows, charges)
    except ValueError as error:
        message = f"{recipe.name} cannot be fitted: {error}"
        raise ConfigurationError(message) from error
    if getattr(estimator, "n_jobs", None):
        estimator.n_jobs = None  # starting threads costs more than one row does
    return estimator


def notes_on(recipe: Recipe, rows: int) -> tuple[str, ...]:
    """Say what a model card must tell of the fit."""
    most = family_of(recipe).most_rows
    if most and rows > most:
        return (f"The estimator was fitted on a seeded subsample of {most:,} of {rows:,} rows; residuals use all.",)
    return ()

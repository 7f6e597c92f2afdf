"""From rows to a model: point estimates out of fold, their residuals, and the fit on all rows."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning

from adapters.sklearn.choice import fitted_distribution
from adapters.sklearn.families import estimator_of, family_of
from adapters.sklearn.folds import folds
from adapters.sklearn.model import CostModel, rounded
from adapters.sklearn.scoring import scores
from adapters.sklearn.support import Support
from adapters.sklearn.table import Table
from adapters.sklearn.threads import thread_pools
from adapters.sklearn.thresholds import with_thresholds
from adapters.sklearn.weighting import weights_for
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.models.model import Recipe
    from domain.models.scores import Scores

    Floats = NDArray[np.float64]

_BACKGROUND: Final = 100
_INNER_SPLITS: Final = 5
_COMPARED: Final = 500
"""The people whose points by the fits of all folds are compared, to measure the fits' disagreement."""


def fit_model(recipe: Recipe, table: Table, *, seed: int, repeats: int = 1) -> CostModel:
    """Fit on all rows of a table, with residuals that are out of fold over all of them.

    Args:
        recipe: what to fit.
        table: n rows.
        seed: the seed of every draw.
        repeats: the number of times that the inner folds are drawn.

    Raises:
        ConfigurationError: for a recipe that makes no sense.
    """
    with one_thread():
        return _fit_model(recipe, table, seed=seed, repeats=repeats)[0]


def fit_and_score(recipe: Recipe, table: Table, *, seed: int, repeats: int = 1) -> tuple[CostModel, Scores]:
    """Fit as `fit_model` does, and score the model as `served_scores` does."""
    with one_thread():
        model, points = _fit_model(recipe, table, seed=seed, repeats=repeats)
        return model, served_scores(model, table, points)


def served_scores(model: CostModel, table: Table, points: Floats) -> Scores:
    """Score the ranges that a model publishes, around points of estimators that had not seen the row.

    Cross-validation measures other ranges: each fold makes its own, and may group by other facts.

    Args:
        model: fitted on the table.
        table: n rows.
        points: as for `model_around`; those of the first repeat are used.
    """
    return scores(table, model.around(points[0], table.rows))


def one_thread() -> AbstractContextManager[object]:
    """Limit libraries to one thread: pieces of work are shared by processes, and sums are the same on any machine."""
    return thread_pools().limit(limits=1)


def _fit_model(recipe: Recipe, table: Table, *, seed: int, repeats: int) -> tuple[CostModel, Floats]:
    points = np.empty((repeats, len(table)))
    compared = np.random.default_rng(seed).permutation(len(table))[:_COMPARED]
    guesses: list[Floats] = []
    draws = folds(table, n_splits=_INNER_SPLITS, n_repeats=repeats, seed=seed)
    for number, (train, held) in enumerate(draws):
        estimator = fit_estimator(recipe, table[train], seed=seed)
        points[number // _INNER_SPLITS, held] = rounded(estimator.predict(table.rows[held]))
        if number < _INNER_SPLITS:
            guesses.append(estimator.predict(table.rows[compared]))
    whole = fit_estimator(recipe, table, seed=seed)
    return model_around(whole, table, points, seed=seed, guesses=(table.rows[compared], np.array(guesses))), points


def model_around(
    estimator: Any, table: Table, points: Floats, *, seed: int, guesses: tuple[Floats, Floats] | None = None
) -> CostModel:
    """Make a model of an estimator and its residuals out of fold.

    Args:
        estimator: fitted on the table, and maybe on more.
        table: n rows.
        points: points of estimators that had not seen the row, repeats x n.
        seed: the seed of every draw.
        guesses: some rows of the table, and their points by the fits of all folds, folds x rows; None if there are
            none.
    """
    repeats = len(points)
    # settings and columns of a distribution's parts are our own: to check them takes as long as to grow a small tree
    with config_context(skip_parameter_validation=True, assume_finite=True):
        distribution = fitted_distribution(
            np.tile(table.rows, (repeats, 1)),
            points.ravel(),
            np.tile(table.charges, repeats),
            repeats=repeats,
            seed=seed,
            schema=table.schema,
            weights=np.tile(table.weights, repeats),
            people=np.tile(table.people, repeats),
        )
    background = np.random.default_rng(seed).permutation(len(table))[:_BACKGROUND]
    expected = distribution.mean(table.rows, points[0])
    support = Support.of(table.rows, table.charges, expected, seed=seed, schema=table.schema)
    support = support.made_unsure(*guesses) if guesses else support
    return CostModel(estimator, distribution, support, table.rows[background])


def fit_estimator(recipe: Recipe, table: Table, *, seed: int) -> Any:
    """Fit the point estimator alone, with the weights of rows if the family supports them."""
    family = family_of(recipe, table.schema)
    recipe = with_thresholds(recipe, table) if family.with_terms else recipe
    estimator = estimator_of(recipe, table.schema, seed=seed, rows=len(table))
    try:
        with warnings.catch_warnings():
            # a fit that stopped early is measured as it is, and the comparison tells
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator = estimator.fit(table.rows, table.charges, **weights_for(estimator, table.weights))
    except ValueError as error:
        message = f"{recipe.name} cannot be fitted: {error}"
        raise ConfigurationError(message) from error
    return estimator

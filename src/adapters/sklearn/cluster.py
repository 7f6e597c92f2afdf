"""Trees grown on rows of several machines, by XGBoost's Dask interface. The other parts learn from a sample.

Each worker reads parts of its own and keeps them as numbers of 32 bits; XGBoost bins them, and workers exchange
histograms, never rows. Residuals are out of fold: a row's fold is the remainder of its person's code, which is the same
on workers and coordinator, and trees that were grown without a fold's people answer for those of the sample.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from dask import dataframe
from xgboost import dask as boosting

from adapters.sklearn.boosted import as_sklearn
from adapters.sklearn.families import estimator_of
from adapters.sklearn.fitting import model_around, served_scores
from adapters.sklearn.model import rounded
from adapters.sklearn.scoring import scores
from adapters.sklearn.table import Table
from adapters.sklearn.work import Fold
from domain.errors import ExecutorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from distributed import Client

    from adapters.sklearn.boosted import Xgboost
    from domain.models.model import FoldPlan, Recipe
    from domain.people.claims import Population
    from domain.people.schema import Schema
    from domain.ports.dataset import ClaimsDataset

# no fact is called like these: names of facts begin with a letter
_COST: Final = "_cost"
_WEIGHT: Final = "_weight"
_FOLD: Final = "_fold"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of a Dask scheduler.

    Args:
        client: the client of the scheduler.
        telling: a context that translates failures of the workers to the domain's errors.
    """

    client: Client
    telling: Callable[[], AbstractContextManager[None]]

    def fits(self, recipe: Recipe, population: Population, table: Table, plan: FoldPlan) -> Iterator[Any]:
        """Yield a `Fold` for each fold, and then the `CostModel` whose trees were grown on all rows, with its scores.

        Args:
            recipe: the recipe of a family that is `distributed`.
            population: all rows.
            table: the sample of them.
            plan: the number of folds, and the seed.
        """
        folds = _folds(table, plan.n_splits)
        booster: Xgboost = estimator_of(recipe, table.schema, seed=plan.seed)
        with self._within_reach():
            frame = self._read(table.schema, population, plan.n_splits)
        points = np.empty((1, len(table)))
        weight = float(table.weights.mean())  # of all rows it is about the same
        grown: list[tuple[Any, float]] = []
        for fold in range(plan.n_splits):
            begun = time.perf_counter()
            estimator = self._grow(booster, frame[frame[_FOLD] != fold], weight)
            grown.append((estimator, time.perf_counter() - begun))
            points[0, folds == fold] = rounded(estimator.predict(table.rows[folds == fold]))
        for fold, (estimator, seconds) in enumerate(grown):
            train, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            model = model_around(estimator, table[train], points[:, train], seed=plan.seed)
            begun = time.perf_counter()
            answers, _ = model.predict_arrays(table.rows[held])
            measured = scores(table[held], answers)
            yield Fold(held, answers, measured, seconds, time.perf_counter() - begun)
        served = model_around(self._grow(booster, frame, weight), table, points, seed=plan.seed)
        yield served, served_scores(served, table, points)

    def _read(self, schema: Schema, population: Population, folds: int) -> Any:
        """Let each worker read parts and keep them in memory."""
        read = dataframe.from_map(_numbers, population.parts, folds=folds, meta=_frame(Table.empty(schema), folds))
        return self.client.persist(read)

    def _grow(self, booster: Xgboost, frame: Any, weight: float) -> Any:
        """Grow trees, and begin again if a worker is lost: XGBoost cannot go on without it.

        The weights of rows are divided by ``weight``.

        Raises:
            ExecutorUnavailable: if the workers cannot grow the trees, or are gone.
        """
        in_vain = 0
        while True:
            with self._within_reach():
                workers = self._workers()
                try:
                    with self.client.as_current():  # XGBoost asks for one, whatever it is told
                        rows = boosting.DaskQuantileDMatrix(
                            self.client, frame[list(booster.schema.names)], frame[_COST], weight=frame[_WEIGHT] / weight
                        )
                        trained = boosting.train(self.client, booster.parameters, rows, booster.rounds)
                        return as_sklearn(trained["booster"], booster.schema)
                except ValueError as error:  # XGBoost's own errors, too
                    left = self._workers()
                    in_vain += workers <= left  # once may be what a lost worker left behind: peers still waited for it
                    if not left or in_vain > 1:
                        message = f"the trees cannot be grown on {len(left)} workers: {error}"
                        raise ExecutorUnavailable(message) from error

    @contextmanager
    def _within_reach(self) -> Iterator[None]:
        try:
            with self.telling():
                yield
        except OSError as error:  # XGBoost's locks ask a scheduler that is gone
            message = f"the Dask cluster is away: {error}"
            raise ExecutorUnavailable(message) from error

    def _workers(self) -> set[str]:
        return set(self.client.scheduler_info(n_workers=-1)["workers"])


def _numbers(part: ClaimsDataset, folds: int) -> pd.DataFrame:
    return _frame(Table.of(part.read()), folds)


def _frame(table: Table, folds: int) -> pd.DataFrame:
    """Lay out rows as XGBoost reads them: 4 bytes for each fact, the cost and the weight, and one for the fold."""
    frame = pd.DataFrame(table.rows.astype(np.float32), columns=list(table.schema.names))
    numbers = {_COST: table.charges.astype(np.float32), _WEIGHT: table.weights.astype(np.float32)}
    return frame.assign(**numbers, **{_FOLD: _folds(table, folds)})


def _folds(table: Table, folds: int) -> np.ndarray[Any, Any]:
    return (table.people % np.uint64(folds)).astype(np.uint8)

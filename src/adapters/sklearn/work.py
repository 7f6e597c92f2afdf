"""Pieces of work that may be done anywhere: small to tell, all over the same table, which travels once to each worker.

Which rows a piece is about is not told but drawn anew from plan and table where it is done.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from adapters.sklearn.fitting import fit_and_score, fit_model, threads_for
from adapters.sklearn.folds import folds, train_and_test
from adapters.sklearn.scoring import scores

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from adapters.sklearn.fitting import Table
    from adapters.sklearn.model import CostModel
    from domain.model import FoldPlan, Recipe
    from domain.scores import Scores

    Floats = NDArray[np.float64]

Rows: TypeAlias = Literal["train", "all"]


@dataclass(frozen=True, slots=True)
class Fold:
    """What came of one fold: positions among the rows asked about, and the 100 figures of each held row."""

    held: NDArray[np.intp]
    answers: Floats
    measured: Scores
    fit_seconds: float
    predict_seconds: float


def do(piece: tuple[Any, ...], table: Table, plan: FoldPlan) -> Any:
    """Do a piece, given as one of the functions below and what it is told first: so that all kinds share one pool."""
    function: Callable[..., Any]
    function, *told = piece
    return function(*told, table, plan)


def fold(recipe: Recipe, rows: Rows, number: int, table: Table, plan: FoldPlan) -> Fold:
    """Fit on the known rows of a fold and answer for those held, of the train split or of all rows."""
    if rows == "train":
        table = table[train_and_test(table.charges, plan)[0]]
    known, held = folds(table.charges, n_splits=plan.n_splits, n_repeats=plan.n_repeats, seed=plan.seed)[number]
    begun = time.perf_counter()
    model = fit_model(recipe, table[known], seed=plan.seed)
    fitted = time.perf_counter()
    with threads_for(len(held)):
        answers, _ = model.predict_arrays(table.rows[held])
    seconds = fitted - begun, time.perf_counter() - fitted
    return Fold(held, answers, scores(table.rows[held], table.charges[held], answers), *seconds)


def test(recipe: Recipe, table: Table, plan: FoldPlan) -> Scores:
    """Score the test split; without one, the last rows of the first fold stand in for it."""
    train, held = train_and_test(table.charges, plan)
    if not len(held):
        train, held = folds(table.charges, n_splits=plan.n_splits, n_repeats=1, seed=plan.seed)[0]
    model = fit_model(recipe, table[train], seed=plan.seed)
    with threads_for(len(held)):
        answers, _ = model.predict_arrays(table.rows[held])
    return scores(table.rows[held], table.charges[held], answers)


def whole(recipe: Recipe, table: Table, plan: FoldPlan) -> tuple[CostModel, Scores]:
    """Fit on all rows, and score the ranges that will be served."""
    return fit_and_score(recipe, table, seed=plan.seed, repeats=plan.n_repeats)

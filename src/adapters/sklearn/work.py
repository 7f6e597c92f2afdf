"""Pieces of work for an executor: small descriptions, all over the same table, which is sent once to each worker.

The rows of a piece are not sent but drawn from plan and table by the worker.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from adapters.sklearn.fitting import fit_and_score, fit_model, one_thread
from adapters.sklearn.folds import folds, later_rows, planned_folds, train_and_test
from adapters.sklearn.scoring import scores

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from adapters.sklearn.model import CostModel
    from adapters.sklearn.table import Table
    from domain.models.model import FoldPlan, Recipe
    from domain.models.scores import Scores

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

MOST_COMPARED: Final = 20_000
"""The most people on whom recipes are compared and tuned; the final model learns from all."""

Rows: TypeAlias = Literal["train", "all"]


@dataclass(frozen=True, slots=True)
class Fold:
    """The result of one fold: the positions of the held-out rows, and the 101 figures of each."""

    held: NDArray[np.intp]
    answers: Floats
    measured: Scores
    fit_seconds: float
    predict_seconds: float


def do(piece: tuple[Any, ...], table: Table, plan: FoldPlan) -> Any:
    """Do a piece, given as one of the functions below and its first arguments, so that all kinds share one pool."""
    function: Callable[..., Any]
    function, *arguments = piece
    return function(*arguments, table, plan)


def fold(recipe: Recipe, rows: Rows, number: int, table: Table, plan: FoldPlan) -> Fold:
    """Fit on the training rows of a fold and answer for the held-out rows, of the train split or of all rows."""
    if rows == "train":
        table = compared_rows(table, plan)
    train, held = planned_folds(table, plan)[number]
    begun = time.perf_counter()
    model = fit_model(recipe, table[train], seed=plan.seed)
    fitted = time.perf_counter()
    with one_thread():
        answers, _ = model.predict_arrays(table.rows[held])
    seconds = fitted - begun, time.perf_counter() - fitted
    return Fold(held, answers, scores(table[held], answers, intervals=False), *seconds)


def compared_rows(table: Table, plan: FoldPlan) -> Table:
    """Return the rows that recipes are compared on: the train split, or of many people a sample of it."""
    return _sample(table[train_and_test(table, plan)[0]])


def _sample(table: Table) -> Table:
    """Return the rows of at most `MOST_COMPARED` people: those with the lowest digests."""
    people = np.unique(table.people)
    return table if len(people) <= MOST_COMPARED else table[table.people <= people[MOST_COMPARED - 1]]


def compared_test(recipe: Recipe, table: Table, plan: FoldPlan) -> Scores:
    """Score the test split as `test` does, both splits sampled as `compared_rows` are."""
    train, held = _splits(table, plan)
    return _test(recipe, _sample(table[train]), _sample(table[held]), plan)


def test(recipe: Recipe, table: Table, plan: FoldPlan) -> Scores:
    """Score the test split, or the held-out rows of the first fold where there is none."""
    train, held = _splits(table, plan)
    return _test(recipe, table[train], table[held], plan)


def _splits(table: Table, plan: FoldPlan) -> tuple[Indices, Indices]:
    train, held = train_and_test(table, plan)
    if not len(held):
        train, held = folds(table, n_splits=plan.n_splits, n_repeats=1, seed=plan.seed, later=plan.later)[0]
    elif plan.later:
        is_later = later_rows(table, plan.later)
        train, held = train[~is_later[train]], held[is_later[held]]
    return train, held


def _test(recipe: Recipe, train: Table, held: Table, plan: FoldPlan) -> Scores:
    model = fit_model(recipe, train, seed=plan.seed)
    with one_thread():
        answers, _ = model.predict_arrays(held.rows)
    return scores(held, answers)


def whole(recipe: Recipe, table: Table, plan: FoldPlan) -> tuple[CostModel, Scores]:
    """Fit on all rows, and score the ranges that will be served."""
    return fit_and_score(recipe, table, seed=plan.seed, repeats=plan.n_repeats)

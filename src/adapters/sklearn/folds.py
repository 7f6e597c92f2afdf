"""Splits of people, which depend on the plan and the rows only, so that they are the same for every recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.table import Table
    from domain.models.model import FoldPlan

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Splits = list[tuple[Indices, Indices]]

_STRATA = 10
_MOST_COST = 1e15
"""The highest cost of a year: sums of squares of errors stay finite."""


def train_and_test(table: Table, plan: FoldPlan) -> tuple[Indices, Indices]:
    """Set the test split aside: positions of the rows of train people and of test people, both rising."""
    people = table.person_numbers
    costs = _costs(table, people)
    _enough(costs, plan)
    if plan.later:
        later_rows(table, plan.later)
    if not plan.test_size:
        return np.arange(len(table)), np.arange(0)
    split = StratifiedShuffleSplit(1, test_size=plan.test_size, random_state=plan.seed)
    _, test = next(split.split(costs, _strata(costs, _STRATA)))
    is_test = np.isin(people, test)
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def folds(table: Table, *, n_splits: int, n_repeats: int, seed: int, later: float = 0.0) -> Splits:
    """Draw repeated folds of people, stratified by cost, repeat after repeat: pairs of training and held-out rows.

    Args:
        table: n rows.
        n_splits: folds of one repeat.
        n_repeats: the number of times that folds are drawn.
        seed: the seed of every draw.
        later: if it is not 0, only rows of the newest periods that together hold at least this share are held out, and
            only rows of earlier periods are trained on.
    """
    people = table.person_numbers
    costs = _costs(table, people)
    strata = _strata(costs, max(1, min(_STRATA, len(costs) // n_splits)))
    split = RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=n_repeats, random_state=seed)
    drawn: Splits = []
    is_later = later_rows(table, later) if later else None
    for _, some in split.split(costs, strata):
        is_held = np.isin(people, some)
        train, held = (~is_held, is_held) if is_later is None else (~is_held & ~is_later, is_held & is_later)
        drawn.append((np.flatnonzero(train), np.flatnonzero(held)))
    return drawn


def planned_folds(table: Table, plan: FoldPlan) -> Splits:
    """Draw the folds of a plan."""
    return folds(table, n_splits=plan.n_splits, n_repeats=plan.n_repeats, seed=plan.seed, later=plan.later)


def held_rows(splits: Splits) -> Indices:
    """Return the rising positions of rows that any fold holds out: all rows, unless the folds go by period."""
    return np.unique(np.concatenate([held for _, held in splits]))


def later_rows(table: Table, share: float) -> NDArray[np.bool_]:
    """Return a mask of the rows of the newest periods that together hold at least a share of the rows.

    Raises:
        ConfigurationError: if there are no two periods.
    """
    if table.periods is None:
        message = "cv=by_period needs to know when a row's year was: name its column in the schema under roles: period"
        raise ConfigurationError(message)
    periods, counts = np.unique(table.periods, return_counts=True)
    if len(periods) == 1:
        message = f"cv=by_period learns from earlier periods, and all rows are of {periods[0]:g}: choose cv=default"
        raise ConfigurationError(message)
    behind = np.cumsum(counts[::-1])[::-1]  # rows of this period and of those behind it
    enough = np.flatnonzero(behind >= share * len(table))
    return table.periods >= periods[max(1, int(enough[-1]))]


def _costs(table: Table, people: Indices) -> Floats:
    """Return the mean cost of each person."""
    if len(people) and people[-1] == len(people) - 1:  # each row is another person's
        return table.charges
    weights = np.bincount(people, table.weights)
    return np.bincount(people, table.weights * table.charges) / weights


def _strata(charges: Floats, count: int) -> Indices:
    """Return the stratum of each person: parts of equal size, from the lowest charges to the highest."""
    ranks = np.empty(len(charges), dtype=np.intp)
    ranks[np.argsort(charges, kind="stable")] = np.arange(len(charges))
    return ranks * count // len(charges)


def _enough(costs: Floats, plan: FoldPlan) -> None:
    people, least = len(costs), max(50, 5 * plan.n_splits)
    if people < least:
        message = f"too few people to learn from ({people}): {plan.n_splits} folds and a test split ask for {least}"
        raise ConfigurationError(message)
    costly, fewest = int(np.count_nonzero(costs)), 2 * plan.n_splits
    if costly < fewest:
        message = f"{costly} of {people:,} people have a cost above 0, too few to learn from: give at least {fewest}"
        raise ConfigurationError(message)
    if costs.max() > _MOST_COST:
        message = f"a cost of {costs.max():.3g} is too large to learn from, above {_MOST_COST:.0e}: is it a mistake?"
        raise ConfigurationError(message)
    if plan.n_splits < 2 or plan.n_repeats < 1 or not 0 <= plan.test_size <= 0.5:  # noqa: PLR2004  # by their nature
        message = "cv asks for n_splits of 2 or more, n_repeats of 1 or more and a test_size from 0 to 0.5"
        raise ConfigurationError(message)

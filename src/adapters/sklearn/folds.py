"""Splits: the same for every recipe, because they depend on the plan and the rows only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.model import FoldPlan

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

_STRATA = 10


def train_and_test(charges: Floats, plan: FoldPlan) -> tuple[Indices, Indices]:
    """Set the test split aside: positions of the train rows and of the test rows, both rising."""
    _enough(len(charges), plan)
    if not plan.test_size:
        return np.arange(len(charges)), np.arange(0)
    split = StratifiedShuffleSplit(1, test_size=plan.test_size, random_state=plan.seed)
    train, test = next(split.split(charges, _strata(charges, _STRATA)))
    return np.sort(train), np.sort(test)


def folds(charges: Floats, *, n_splits: int, n_repeats: int, seed: int) -> list[tuple[Indices, Indices]]:
    """Draw repeated folds, repeat after repeat, charges of every height in each: (known rows, held rows)."""
    strata = _strata(charges, min(_STRATA, len(charges) // n_splits))
    split = RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=n_repeats, random_state=seed)
    return list(split.split(charges, strata))


def _strata(charges: Floats, count: int) -> Indices:
    """Number the rows' shares of equal size, from the least charges to the highest."""
    ranks = np.empty(len(charges), dtype=np.intp)
    ranks[np.argsort(charges, kind="stable")] = np.arange(len(charges))
    return ranks * count // len(charges)


def _enough(rows: int, plan: FoldPlan) -> None:
    least = max(50, 5 * plan.n_splits)
    if rows < least:
        message = f"{rows} rows are too few to learn from: {plan.n_splits} folds and a test split ask for {least}"
        raise ConfigurationError(message)
    if plan.n_splits < 2 or plan.n_repeats < 1 or not 0 <= plan.test_size <= 0.5:  # noqa: PLR2004  # by their nature
        message = "cv asks for n_splits of 2 or more, n_repeats of 1 or more and a test_size from 0 to 0.5"
        raise ConfigurationError(message)

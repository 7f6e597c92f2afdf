"""Costs like those of the RAND Health Insurance Experiment, invented: zeros, skew, a heavy tail, several years each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.table import Table
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

YEARS: Final = 3
_LEVEL: Final = 300.0
"""USD: the median of a year with any cost, for somebody of whom the facts say nothing."""
_LASTING: Final = 0.6
"""Standard deviation of what a person's years share, on the scale of logarithms."""
_SPREAD: Final = 1.1
_TAIL: Final = 2.2
"""Index of the Pareto tail, which begins at the 92 % quantile."""
_HEAVY: Final = 0.08


@dataclass(frozen=True, slots=True)
class RealCosts:
    """Years of people, and what is true of each, given the facts: the chance of no cost, and the mean in USD."""

    table: Table
    zero: Floats
    mean: Floats


def real_costs(people: int, seed: int, *, effect: float = 1.0) -> RealCosts:
    """Draw three years of each of some people, a fifth of the years without any cost.

    Args:
        people: how many.
        seed: the seed of every draw.
        effect: how much facts say of costs; 0 for nothing.
    """
    random = np.random.default_rng(seed)
    who = np.column_stack(
        [random.integers(18, 63, people), random.integers(0, 2, people), random.normal(29, 5, people).clip(16, 50),
         random.integers(0, 5, people), random.random(people) < 0.25, random.integers(0, 4, people)]
    ).astype(np.float64)  # fmt: skip
    rows = np.repeat(who, YEARS, axis=0)
    rows[:, 0] += np.tile(np.arange(YEARS), people)
    says = effect * (0.02 * (rows[:, 0] - 41) - 0.4 * rows[:, 1] + 0.5 * rows[:, 4])
    lasting = np.repeat(random.normal(0, _LASTING, people), YEARS)
    count = len(rows)
    zero = 1 / (1 + np.exp(1.4 + 1.2 * says))
    level = random.random(count)
    body = np.exp(_SPREAD * random.normal(size=count))
    tail = np.where(level < _HEAVY, (level / _HEAVY) ** (-1 / _TAIL), 1.0)
    charges = np.where(random.random(count) < zero, 0.0, _LEVEL * np.exp(says + lasting) * body * tail).round(2)
    mean = (1 - zero) * _LEVEL * np.exp(says + (_LASTING**2 + _SPREAD**2) / 2) * (1 + _HEAVY / (_TAIL - 1))
    numbers = np.repeat(np.arange(people, dtype=np.uint64), YEARS)
    return RealCosts(Table(DEFAULT, rows, charges, people=numbers), zero, mean)

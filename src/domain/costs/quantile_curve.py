"""The quantile function of a year's cost as a curve, and what is computed on it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

QUANTILE_LEVELS: Final = tuple(percent / 100 for percent in range(1, 100))
"""The fixed grid, 0.01 to 0.99, on which every predictive distribution is known."""

_NOISE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class QuantileCurve:
    """The quantile function of a distribution: linear between ``levels``, an exponential tail behind the last.

    Args:
        levels: from the chance of no cost to 0.99, or to the chance of no cost where that is higher.
        costs: the quantiles there.
        areas: the integrals from 0 to there.
        excess: the mean excess in the tail.
    """

    levels: Sequence[float]
    costs: Sequence[float]
    areas: Sequence[float]
    excess: float

    @classmethod
    def of(cls, mean: float, quantiles: Sequence[float], zero: float) -> Self:
        """Draw the curve of a mean, the quantiles at `QUANTILE_LEVELS`, and a chance of no cost."""
        free = levels_up_to(zero)
        lowest = 0.0 if zero else max(0.0, 2 * quantiles[0] - quantiles[1])
        levels = (zero, *QUANTILE_LEVELS[free:])
        costs = (lowest, *quantiles[free:])
        pieces = ((costs[i] + costs[i + 1]) / 2 * (levels[i + 1] - levels[i]) for i in range(len(levels) - 1))
        areas = tuple(accumulate(pieces, initial=0.0))
        share = 1 - levels[-1]
        return cls(levels, costs, areas, max(0.0, (mean - areas[-1]) / share - costs[-1]) if share else 0.0)

    def quantile(self, level: float) -> float:
        """Return the cost at a level from 0 to below 1."""
        last = self.levels[-1]
        if level > last:
            return self.costs[-1] + self.excess * math.log((1 - last) / (1 - level))
        if level <= self.levels[0]:
            return self.costs[0]
        i = bisect_left(self.levels, level)
        share = (level - self.levels[i - 1]) / (self.levels[i] - self.levels[i - 1])
        return self.costs[i - 1] + (self.costs[i] - self.costs[i - 1]) * share

    def chance_above(self, amount: float) -> float:
        """Return the probability of more than an amount."""
        if amount >= self.costs[-1]:
            above = math.exp((self.costs[-1] - amount) / self.excess) if self.excess else 0.0
            return (1 - self.levels[-1]) * above
        i = bisect_right(self.costs, amount)
        if i == 0:
            return 1.0
        share = (amount - self.costs[i - 1]) / (self.costs[i] - self.costs[i - 1])
        return 1 - self.levels[i - 1] * (1 - share) - self.levels[i] * share

    def chance_from(self, amount: float) -> float:
        """Return the probability of an amount or more."""
        if amount <= self.costs[0]:
            return 1.0
        # where costs are equal from one level to another, the lower one counts
        i = bisect_left(self.costs, amount)
        return self.chance_above(amount) if i == len(self.costs) or self.costs[i] > amount else 1 - self.levels[i]

    def limited_mean(self, limit: float) -> float:
        """Return the mean of the cost or a limit, whichever is less."""
        if limit <= 0:
            return 0.0
        if math.isinf(limit):
            return self.integral(1.0)
        above = self.chance_above(limit)
        return self.integral(1 - above) + limit * above

    @property
    def variance(self) -> float:
        """Return the variance."""
        mean, share, last = self.integral(1.0), 1 - self.levels[-1], self.costs[-1]
        squares = share * (last**2 + 2 * last * self.excess + 2 * self.excess**2)
        for i, (low, high) in enumerate(pairwise(self.costs)):
            squares += (self.levels[i + 1] - self.levels[i]) * (low * low + low * high + high * high) / 3
        return max(0.0, squares - mean**2)

    def integral(self, level: float) -> float:
        """Integrate from 0 to a level."""
        last = self.levels[-1]
        if level <= self.levels[0]:
            return self.costs[0] * level
        if level <= last:
            i = bisect_right(self.levels, level) - 1
            return self.areas[i] + (self.costs[i] + self.quantile(level)) / 2 * (level - self.levels[i])
        left = 1 - level
        unseen = left * (1 + math.log((1 - last) / left)) if left else 0.0
        return self.areas[-1] + (level - last) * self.costs[-1] + (1 - last - unseen) * self.excess


def levels_up_to(zero: float) -> int:
    """Return how many levels of the grid are at most a chance of no cost."""
    return min(math.floor(zero * 100 + _NOISE), len(QUANTILE_LEVELS))

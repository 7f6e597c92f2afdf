"""The distribution of a year's cost, in money."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn, Self

from domain.costs.cents import cents_down, cents_up
from domain.costs.quantile_curve import QUANTILE_LEVELS, QuantileCurve, levels_up_to

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERVAL_LEVEL: Final = 0.9
"""The level of the interval that is published with every answer."""

CALIBRATION_LEVELS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98)
"""The levels of the central intervals whose coverage is measured, each bounded by quantiles of the grid."""
CALIBRATION_QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""The levels of the quantiles below which the share of costs is measured."""

MOST_CHARGES: Final = 1e9
"""The highest cost of a year, in money: sums of such outcomes stay finite, and exact to the cent."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of money that holds a year's cost with probability ``level``; whole cents, rounded outward."""

    level: float
    low: float
    high: float

    @classmethod
    def rounded(cls, level: float, low: float, high: float) -> Interval:
        """Round a range outward, so that it holds no less."""
        return cls(level, cents_down(low), cents_up(high))


@dataclass(frozen=True, slots=True)
class CostDistribution:
    """The predictive distribution of a year's cost, in money of the schema's currency.

    Three parts make it one distribution, whose mean is ``mean``:

    - A year costs nothing with probability ``zero``.
    - From there to level 0.99 the quantile function is linear between the 99 quantiles. Where a year always costs
      something, the lowest cost lies as far below the 1 % quantile as the 2 % quantile above it, but not below 0.
    - Above level 0.99 the excess over the 99 % quantile is exponential with mean ``excess``: the limit of excesses over
      a high threshold whose tail is neither bounded nor heavy (Balkema and de Haan 1974; Pickands 1975, the generalised
      Pareto distribution with shape 0). ``excess`` is what ``mean`` leaves for it: with the share t above level 0.99
      and the integral B of the quantile function below it, mean = B + t * (q99 + excess).

    A ``mean`` below B + t * q99 leaves no excess: the tail is then the 99 % quantile itself.

    Args:
        mean: the mean, finite.
        quantiles: the 99 quantiles at `QUANTILE_LEVELS`, finite, never negative, never falling.
        zero: the chance of no cost. Quantiles at levels up to it are 0, those above are not. Where it is not given
            (not a number), it is the highest level whose quantile is 0.

    Raises:
        ValueError: if the quantiles are no such grid, or the chance of no cost does not fit to them.

    >>> cost = CostDistribution(mean=1200.0, quantiles=tuple(10.0 * k for k in range(1, 100)))
    >>> cost.expected, cost.typical, cost.interval(0.9), cost.zero
    (1200.0, 500.0, Interval(level=0.9, low=50.0, high=950.0), 0.0)
    >>> round(cost.excess), round(cost.chance_above(500), 9), round(cost.chance_above(50_000), 6)
    (70005, 0.5, 0.004965)
    """

    mean: float
    quantiles: tuple[float, ...]
    zero: float = math.nan

    def __post_init__(self) -> None:
        quantiles = self.quantiles
        # one pass each at the speed of C, because there is one distribution an answer; what is wrong is said below
        if not (
            len(quantiles) == len(QUANTILE_LEVELS)
            and math.isfinite(self.mean + sum(quantiles))
            and quantiles[0] >= 0
            and sorted(quantiles) == list(quantiles)
        ):
            self._refuse()
        if math.isnan(self.zero):
            object.__setattr__(self, "zero", bisect_right(quantiles, 0.0) / 100)
        elif not (0 <= self.zero <= 1 and self._zero_fits()):
            message = f"a chance of no cost of {self.zero} does not fit to the quantiles"
            raise ValueError(message)

    def _refuse(self) -> NoReturn:
        if len(self.quantiles) != len(QUANTILE_LEVELS):
            message = f"a cost distribution has {len(QUANTILE_LEVELS)} quantiles, not {len(self.quantiles)}"
            raise ValueError(message)
        if not all(map(math.isfinite, (self.mean, *self.quantiles))):
            message = "a cost distribution is finite"
            raise ValueError(message)
        message = "quantiles of a cost are never negative and never fall"
        raise ValueError(message)

    def _zero_fits(self) -> bool:
        free = levels_up_to(self.zero)
        quantiles = self.quantiles
        return (free == 0 or quantiles[free - 1] == 0) and (free == len(quantiles) or quantiles[free] > 0)

    @property
    def _curve(self) -> QuantileCurve:
        return QuantileCurve.of(self.mean, self.quantiles, self.zero)

    @property
    def expected(self) -> float:
        """Return the mean, in whole cents."""
        return round(self.mean, 2)

    @property
    def typical(self) -> float:
        """Return the median, in whole cents."""
        return round(self.quantiles[49], 2)

    @property
    def excess(self) -> float:
        """Return the mean excess of costs above the 99 % quantile; 0 where nothing lies above it."""
        return self._curve.excess

    def quantile(self, level: float) -> float:
        """Return the cost that is not exceeded with probability ``level``.

        Raises:
            ValueError: if ``level`` is below 0, or not below 1: there is no highest cost.
        """
        if not 0 <= level < 1:
            message = f"there is a quantile at levels from 0 to below 1, not at {level}"
            raise ValueError(message)
        place = _place(level)
        if place is not None:
            return self.quantiles[place]
        i = bisect_left(QUANTILE_LEVELS, level)
        if 0 < i < len(QUANTILE_LEVELS) and QUANTILE_LEVELS[i - 1] > self.zero:  # as the curve, without making it
            low, high, before = self.quantiles[i - 1], self.quantiles[i], QUANTILE_LEVELS[i - 1]
            return low + (high - low) * ((level - before) / (QUANTILE_LEVELS[i] - before))
        return self._curve.quantile(level)

    def interval(self, level: float = INTERVAL_LEVEL) -> Interval:
        """Return the central interval: as much probability lies below it as above.

        Raises:
            ValueError: if ``level`` is not above 0, or not below 1.
        """
        tail = (1 - level) / 2
        return Interval.rounded(level, self.quantile(tail), self.quantile(1 - tail))

    def chance_above(self, amount: float) -> float:
        """Return the probability that a year costs more than ``amount``.

        >>> round(CostDistribution(100.0, (0.0,) * 40 + (50.0,) * 59).chance_above(25.0), 9)
        0.595
        """
        return self._curve.chance_above(amount)

    def chance_from(self, amount: float) -> float:
        """Return the probability that a year costs ``amount`` or more.

        It differs from `chance_above` where several quantiles are equal, so that an amount has a probability itself.

        >>> cost = CostDistribution(100.0, (0.0,) * 40 + (50.0,) * 59)
        >>> round(cost.chance_from(50.0), 9), round(cost.chance_above(50.0), 9), cost.chance_from(0.0)
        (0.59, 0.01, 1.0)
        """
        return self._curve.chance_from(amount)

    def limited_mean(self, limit: float) -> float:
        """Return the mean of the year's cost or ``limit``, whichever is less: the limited expected value E[min(X, u)].

        It is the integral of the quantile function up to the level of the limit, and the limit for all that lies
        beyond it (Klugman, Panjer and Willmot, Loss Models, section 3.5). Without a limit (infinite) it is the mean.

        >>> cost = CostDistribution(100.0, (0.0,) * 40 + (50.0,) * 59)
        >>> round(cost.limited_mean(50.0), 6), round(cost.limited_mean(math.inf), 6), cost.limited_mean(0.0)
        (29.75, 100.0, 0.0)
        """
        return self._curve.limited_mean(limit)

    @property
    def variance(self) -> float:
        """Return the variance, in money squared."""
        return self._curve.variance

    def quantiles_at(self, levels: Iterable[float]) -> list[float]:
        """Return the quantiles at several levels, each from 0 to below 1."""
        curve = self._curve
        return [curve.quantile(level) for level in levels]

    def with_excess(self, excess: float) -> Self:
        """Return the distribution with the same quantiles and another mean excess above the 99 % quantile.

        >>> round(CostDistribution(100.0, (100.0,) * 99).with_excess(50.0).mean, 9)
        100.5
        """
        curve = self._curve
        share = 1 - curve.levels[-1]
        return type(self)(curve.areas[-1] + share * (curve.costs[-1] + excess), self.quantiles, self.zero)

    def scaled(self, factor: float) -> Self:
        """Return the distribution of all costs times a factor above 0."""
        return type(self)(factor * self.mean, tuple(factor * cost for cost in self.quantiles), self.zero)

    def points(self, count: int) -> tuple[float, ...]:
        """Return ``count`` equally likely costs, rising, that stand for all: their mean is that of the distribution.

        Each is the mean of its share of the distribution. So they have its mean, and lack the spread within shares.

        >>> CostDistribution(50.0, tuple(float(k) for k in range(1, 100))).points(4)
        (12.5, 37.5, 62.5, 87.5)
        """
        curve = self._curve
        sums = [*(curve.integral(number / count) for number in range(count)), curve.integral(1.0)]
        return tuple(round(count * (high - low), 6) for low, high in pairwise(sums))


@lru_cache
def _place(level: float) -> int | None:
    """Return the place of a level on the grid, None for one beside it."""
    place = round(level * 100 - 1, 9)  # 0.95 * 100 is 95.00000000000001: stay on the grid point that is meant
    return int(place) if place.is_integer() and 0 <= place < len(QUANTILE_LEVELS) else None

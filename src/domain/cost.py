"""What a year of care may cost: a distribution, and the dollars behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

QUANTILE_LEVELS: Final = tuple(percent / 100 for percent in range(1, 100))
"""The fixed grid, 0.01 to 0.99, on which every predictive distribution is known."""

INTERVAL_LEVEL: Final = 0.9
"""The level of the interval that is published with every answer."""

CALIBRATION_LEVELS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98)
"""The levels of the central intervals whose coverage is measured, each bounded by quantiles of the grid."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range in USD that holds a year's cost with probability ``level``; whole cents, rounded outward."""

    level: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CostDistribution:
    """The predictive distribution of a year's cost, in USD.

    Args:
        mean: its mean, finite.
        quantiles: its 99 quantiles at `QUANTILE_LEVELS`, finite, never negative, never falling.

    Raises:
        ValueError: if the quantiles are no such grid.

    >>> cost = CostDistribution(mean=1200.0, quantiles=tuple(10.0 * k for k in range(1, 100)))
    >>> cost.expected, cost.typical, cost.interval(0.9)
    (1200.0, 500.0, Interval(level=0.9, low=50.0, high=950.0))
    """

    mean: float
    quantiles: tuple[float, ...]

    def __post_init__(self) -> None:
        quantiles = self.quantiles
        # one pass each at the speed of C, because there is one distribution an answer; what is wrong is said below
        if (
            len(quantiles) == len(QUANTILE_LEVELS)
            and math.isfinite(self.mean + sum(quantiles))
            and quantiles[0] >= 0
            and sorted(quantiles) == list(quantiles)
        ):
            return
        if len(self.quantiles) != len(QUANTILE_LEVELS):
            message = f"a cost distribution has {len(QUANTILE_LEVELS)} quantiles, not {len(self.quantiles)}"
            raise ValueError(message)
        if not all(map(math.isfinite, (self.mean, *self.quantiles))):
            message = "a cost distribution is finite"
            raise ValueError(message)
        if self.quantiles[0] < 0 or any(low > high for low, high in pairwise(self.quantiles)):
            message = "quantiles of a cost are never negative and never fall"
            raise ValueError(message)

    @property
    def expected(self) -> float:
        """The mean, in whole cents."""
        return round(self.mean, 2)

    @property
    def typical(self) -> float:
        """The median, in whole cents."""
        return round(self.quantiles[49], 2)

    def quantile(self, level: float) -> float:
        """Give the cost that is not exceeded with probability ``level``, interpolated linearly on the grid.

        Raises:
            ValueError: if ``level`` is outside 0.01-0.99, where nothing is known.
        """
        below, share = _position(level)
        if not share:
            return self.quantiles[below]
        return self.quantiles[below] * (1 - share) + self.quantiles[below + 1] * share

    def interval(self, level: float = INTERVAL_LEVEL) -> Interval:
        """Give the central interval: as much probability lies below it as above.

        Raises:
            ValueError: if ``level`` is outside 0-0.98.
        """
        tail = (1 - level) / 2
        return Interval(level, cents_down(self.quantile(tail)), cents_up(self.quantile(1 - tail)))


@lru_cache
def _position(level: float) -> tuple[int, float]:
    """Find a level on the grid: the place of the quantile at or below it, and how far it is on to the next one."""
    position = round(level * 100 - 1, 9)  # 0.95 * 100 is 95.00000000000001: stay on the grid point that is meant
    if not 0 <= position <= len(QUANTILE_LEVELS) - 1:
        message = f"quantiles are known from 0.01 to 0.99, not at {level}"
        raise ValueError(message)
    below = math.floor(position)
    return below, position - below


@dataclass(frozen=True, slots=True)
class Contribution:
    """The dollars that one fact adds to the estimate, compared with not knowing it."""

    fact: str
    usd: float


def cents_down(usd: float) -> float:
    """Round down to whole cents. Noise of the last float digits is not a cent.

    >>> cents_down(1234.5678), cents_down(0.07 * 3)
    (1234.56, 0.21)
    """
    return math.floor(round(usd * 100, 6)) / 100


def cents_up(usd: float) -> float:
    """Round up to whole cents. Noise of the last float digits is not a cent.

    >>> cents_up(1234.5612), cents_up(0.1 + 0.2)
    (1234.57, 0.3)
    """
    return math.ceil(round(usd * 100, 6)) / 100


def round_to_total(parts: Sequence[float], total: float) -> tuple[float, ...]:
    """Round dollars to cents so that they still add up to ``total``, itself rounded to cents.

    The largest remainders are rounded up (Hamilton's method). ``parts`` must add up to ``total``
    within a few cents.

    >>> round_to_total([0.333333, 0.333333, 0.333334], 1.0)
    (0.33, 0.33, 0.34)
    """
    floors = [math.floor(round(part * 100, 6)) for part in parts]
    missing = round(round(total, 2) * 100) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] * 100)
    whole, extra = divmod(missing, len(parts))
    for i in range(len(parts)):
        floors[i] += whole
    for i in by_remainder[:extra]:
        floors[i] += 1
    return tuple(cents / 100 for cents in floors)

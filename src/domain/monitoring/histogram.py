"""Histograms as Prometheus keeps them: counts of values by bucket, added up, subtracted, and read at a percentile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

FEWEST: Final = 59
"""The fewest values whose 95th percentile is judged.

Of 59 independent values, all lie below the true 95th percentile with a chance of 0.95^59 = 4.85 %; of fewer, with more.
"""


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile that is read from buckets.

    Args:
        value: interpolated within its bucket, as Prometheus does; the lower end where the bucket has no upper one.
        low: lower end of the bucket: the percentile of the values that came is not below it.
        high: upper end of the bucket; infinite for the last one.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values by bucket.

    Args:
        bounds: upper ends of the buckets, rising; a value that equals an end lies below it.
        counts: values in each bucket, and last those above all ends: one more than ``bounds``.
        total: sum of the values.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0

    def __post_init__(self) -> None:
        """Refuse counts that do not fit the ends.

        Raises:
            ValueError: if there is not one count more than there are ends.
        """
        if len(self.counts) != len(self.bounds) + 1:
            message = (
                f"a histogram with {len(self.bounds)} ends has as many counts and one more, not {len(self.counts)}"
            )
            raise ValueError(message)

    @property
    def count(self) -> int:
        """Return the number of values."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """Return the mean of the values; None if there are none."""
        return self.total / self.count if self.count else None

    def __add__(self, other: Histogram) -> Histogram:
        """Add up the values of both, in the ends that both have: a release may have had others.

        >>> Histogram((1, 2), (3, 4, 5), 20) + Histogram((1, 4), (1, 0, 1), 9)
        Histogram(bounds=(1,), counts=(4, 10), total=29)
        """
        bounds = self.bounds if self.bounds == other.bounds else tuple(x for x in self.bounds if x in other.bounds)
        both = zip(self._within(bounds), other._within(bounds), strict=True)
        return Histogram(bounds, tuple(mine + its for mine, its in both), self.total + other.total)

    def since(self, earlier: Histogram) -> Histogram:
        """Return the values that came after an earlier look at the same counts.

        Counts that have fallen were begun anew in between, so all that they hold came since.

        >>> Histogram((1,), (5, 2), 9).since(Histogram((1,), (3, 2), 6))
        Histogram(bounds=(1,), counts=(2, 0), total=3)
        >>> Histogram((1,), (1, 0), 1).since(Histogram((1,), (3, 2), 6))
        Histogram(bounds=(1,), counts=(1, 0), total=1)
        """
        if self.bounds != earlier.bounds:
            return self
        counts = tuple(now - before for now, before in zip(self.counts, earlier.counts, strict=True))
        if min(counts) < 0:
            return self
        return Histogram(self.bounds, counts, self.total - earlier.total)

    def percentile(self, level: float) -> Percentile | None:
        """Return the value below which a share of all lies; None if there are none.

        Args:
            level: the share, above 0 and at most 1.

        >>> Histogram((0.1, 0.2), (10, 10, 0)).percentile(0.75)
        Percentile(value=0.15000000000000002, low=0.1, high=0.2)
        """
        rank = level * self.count
        if not rank:
            return None
        ends = (*self.bounds, float("inf"))
        place = next(place for place, upto in enumerate(accumulate(self.counts)) if upto >= rank)
        low, high = (ends[place - 1] if place else 0.0), ends[place]
        if high == float("inf"):
            return Percentile(low, low, high)
        share = (rank - sum(self.counts[:place])) / self.counts[place]
        return Percentile(low + (high - low) * share, low, high)

    def _within(self, bounds: tuple[float, ...]) -> list[int]:
        """Count by fewer ends."""
        if bounds == self.bounds:
            return list(self.counts)
        upto = dict(zip(self.bounds, accumulate(self.counts), strict=False))
        cumulative = [0, *(upto[bound] for bound in bounds), self.count]
        return [high - low for low, high in pairwise(cumulative)]


def added(histograms: Iterable[Histogram]) -> Histogram | None:
    """Return the sum of histograms; None if there are none."""
    whole: Histogram | None = None
    for histogram in histograms:
        whole = histogram if whole is None else whole + histogram
    return whole

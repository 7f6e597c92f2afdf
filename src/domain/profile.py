"""A profile: how many people had which value of each fact."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Self

from domain.beneficiary import FACTS
from domain.drift import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST: Final = 5000
"""Rows of a sample: more would show shifts that are too small to matter."""
_BMI_STEPS: Final = 2
"""BMI is counted to the nearest half."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How many people had which value, each fact by itself: no person can be put together from it.

    Args:
        counts: of each fact, pairs of a value and how many had it, by rising value. Values are those of
            `Beneficiary.as_numbers`, BMI to the nearest half.
    """

    counts: Mapping[str, tuple[tuple[float, int], ...]]

    @classmethod
    def of(cls, columns: Iterable[Iterable[float]]) -> Self:
        """Count the values of six columns, in the order of `FACTS`.

        >>> Profile.of([[40, 18, 40], [0, 1, 1], [27.6, 30, 31], [0, 0, 0], [1, 0, 0], [3, 3, 0]]).counts["age"]
        ((18.0, 1), (40.0, 2))
        """
        counted: dict[str, tuple[tuple[float, int], ...]] = {}
        for fact, column in zip(FACTS, columns, strict=True):
            steps = _BMI_STEPS if fact == "bmi" else 1
            counted[fact] = tuple(sorted(Counter(round(value * steps) / steps for value in column).items()))
        return cls(counted)

    def __len__(self) -> int:
        return sum(count for _, count in self.counts[FACTS[0]])

    def shares(self, fact: str) -> dict[float, float]:
        """Give the share of people with each value."""
        return {value: count / len(self) for value, count in self.counts[fact]}

    def mean(self, fact: str) -> float:
        """Give the average of a fact that is a number."""
        return sum(value * count for value, count in self.counts[fact]) / len(self)

    def sample(self) -> Sample:
        """Give rows whose columns spread like the profile's, 5,000 at most, to be compared column by column.

        Each column is in order by itself: the rows are nobody's.
        """
        rows = min(len(self), _MOST)
        places = [(row + 0.5) / rows for row in range(rows)]
        return Sample(tuple(zip(*(self._at(fact, places) for fact in FACTS), strict=True)))

    def _at(self, fact: str, places: Iterable[float]) -> list[float]:
        values = [value for value, _ in self.counts[fact]]
        ends = list(accumulate(count for _, count in self.counts[fact]))
        return [values[bisect_right(ends, place * len(self))] for place in places]

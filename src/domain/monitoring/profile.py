"""A profile: how many people had which value of each fact."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Self

from domain.monitoring.drift import Sample
from domain.people.fact import NOT_GIVEN, Fact, Kind
from domain.people.numbers import round_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.people.schema import Schema

_MOST: Final = 5000
"""Rows of a sample: more would show shifts that are too small to matter."""
_STEPS: Final = 120
"""Numbers with limits are counted in at most so many steps."""
_DIGITS: Final = 2
"""Numbers without limits are counted to so many significant digits."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How many people had which value, each fact by itself: no person can be put together from it.

    Args:
        counts: of each fact, pairs of a value and how many had it, by rising value. Values are those of
            `Beneficiary.as_numbers`, numbers with fractions to the nearest step, see `step_of`. People whose value is
            not given are not counted; `gaps` is their share.
    """

    counts: Mapping[str, tuple[tuple[float, int], ...]]

    @classmethod
    def of(cls, schema: Schema, columns: Iterable[Iterable[float]]) -> Self:
        """Count the values of columns, in the order of the schema's facts."""
        counted: dict[str, tuple[tuple[float, int], ...]] = {}
        for fact, column in zip(schema.facts, columns, strict=True):
            given = (value for value in column if value == value)  # noqa: PLR0124  # NaN is not given
            counted[fact.name] = tuple(sorted(Counter(rounded(value, step_of(fact)) for value in given).items()))
        return cls(counted)

    def __len__(self) -> int:
        return max((sum(count for _, count in counts) for counts in self.counts.values()), default=0)

    def shares(self, fact: str) -> dict[float, float]:
        """Return the share of each value among those who gave one."""
        given = self._given(fact)
        return {value: count / given for value, count in self.counts[fact]}

    def gaps(self, fact: str) -> float:
        """Return the share of people who did not give a fact."""
        return 1 - self._given(fact) / len(self) if len(self) else 0.0

    def mean(self, fact: str) -> float:
        """Return the average of a number among those who gave it, who must be some."""
        return sum(value * count for value, count in self.counts[fact]) / self._given(fact)

    def usual(self, fact: Fact) -> float | None:
        """Return the middle value of a number, or the commonest of another fact; None if fewer than half gave one."""
        counts = self.counts.get(fact.name, ())
        if not counts or 2 * self._given(fact.name) < len(self):
            return None
        if fact.kind.is_numeric:
            return self._at(fact.name, [0.5])[0]
        return max(counts, key=lambda pair: pair[1])[0]

    def sample(self, schema: Schema) -> Sample:
        """Return rows whose columns spread like the profile's, 5,000 at most, to be compared column by column.

        A fact of the schema that the profile does not have is given by nobody.

        Each column is in order by itself: the rows are nobody's.
        """
        rows = min(len(self), _MOST)
        places = [(row + 0.5) / rows for row in range(rows)]
        columns = (self._at(fact.name, places, of=len(self) if fact.may_be_missing else None) for fact in schema.facts)
        return Sample(schema, tuple(zip(*columns, strict=True)))

    def _given(self, fact: str) -> int:
        return sum(count for _, count in self.counts.get(fact, ()))

    def _at(self, fact: str, places: Iterable[float], *, of: int | None = None) -> list[float]:
        """Return the values at places from 0 to 1 of so many people, by default of those who gave one."""
        counts = self.counts.get(fact, ())
        values = [value for value, _ in counts]
        ends = list(accumulate(count for _, count in counts))
        if not values:
            return [NOT_GIVEN for _ in places]
        people = of or ends[-1]
        return [
            values[at] if (at := bisect_right(ends, place * people)) < len(values) else NOT_GIVEN for place in places
        ]


def step_of(fact: Fact) -> float:
    """Return to which multiple the numbers of a fact are counted; 0 for a number without limits.

    The step is 1, 2 or 5 times a power of ten, so that there are at most 120 from the low to the high limit.

    >>> from domain.people.fact import Fact, Kind
    >>> step_of(Fact(name="bmi", kind=Kind.NUMBER, low=10, high=70)), step_of(Fact(name="sex", kind=Kind.FLAG))
    (0.5, 1.0)
    """
    if not fact.kind.is_numeric:
        return 1.0
    if fact.low is None or fact.high is None:
        return 1.0 if fact.kind is Kind.WHOLE else 0.0
    step = round_step((fact.high - fact.low) / _STEPS)
    return max(step, 1.0) if fact.kind is Kind.WHOLE else step


def rounded(value: float, step: float) -> float:
    """Return the nearest multiple of a step; for step 0, the value with two significant digits."""
    if step:
        return round(round(value / step) * step, 9)
    return float(f"{value:.{_DIGITS}g}")

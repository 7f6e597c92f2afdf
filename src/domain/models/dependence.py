"""The dependence of a model's answers on facts: importance, partial dependence, and interaction of two facts."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, sqrt
from typing import TYPE_CHECKING, Final

from domain.people.fact import FieldError, Kind
from domain.people.numbers import round_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Published
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Fact, Value

_COMMON: Final = 0.01
"""Share of the people at each end of a number whose values are left out: a model can only guess there."""
_SHIFTS: Final = (1, 2, 3)
"""The distances, in tenths of the people, between a person and those whose value they are given."""


@dataclass(frozen=True, slots=True)
class Importance:
    """The importance of a fact: the mean change of the expected cost when people get the fact of others."""

    fact: str
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencePoint:
    """The mean answers of a version, in money, where some people all have one value of a fact.

    Args:
        value: the value of the fact.
        expected: mean of their expected costs: the partial dependence.
        low: mean of the lower ends of their 90 % ranges.
        high: mean of the upper ends.
        each: expected cost of each person, in the same order at all points: the individual curves.
    """

    value: Value
    expected: float
    low: float
    high: float
    each: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Expected cost over two facts.

    Args:
        rows: values of the first fact.
        columns: values of the second fact.
        expected: mean expected cost at each pair of values, row by row.
        together: effect of the two facts at each pair beyond the sum of their single effects, in money.
        strength: Friedman's H: 0 if the effects of the two facts add up, 1 if they act only together.
    """

    rows: tuple[Value, ...]
    columns: tuple[Value, ...]
    expected: tuple[tuple[float, ...], ...]
    together: tuple[tuple[float, ...], ...]
    strength: float


def some_of(people: Sequence[Beneficiary], most: int) -> list[Beneficiary]:
    """Return people evenly spread over a sequence, the same for the same sequence."""
    if len(people) <= most:
        return list(people)
    return [people[place * len(people) // most] for place in range(most)]


def values_of(fact: Fact, people: Sequence[Beneficiary], most: int) -> tuple[Value, ...]:
    """Return the values of a fact to evaluate, in order: all choices, or round values of a number.

    Args:
        fact: the fact.
        people: people whose values set the range.
        most: about the number of values of a number.
    """
    if not fact.kind.is_numeric:
        return (False, True) if fact.kind is Kind.FLAG else fact.choices
    given = sorted(number for who in people if not isnan(number := fact.number(who[fact.name])))
    if not given:
        return ()
    low, high = (given[round(share * (len(given) - 1))] for share in (_COMMON, 1 - _COMMON))
    step = round_step((high - low) / (most - 1)) if high > low else 1.0
    step = max(step, 1.0) if fact.kind is Kind.WHOLE else step
    first, last = round(low / step), round(high / step)
    numbers = {min(max(float(f"{place * step:.10g}"), low), high) for place in range(first, last + 1)}
    read = [fact.read(round(number) if fact.kind is Kind.WHOLE else number) for number in sorted(numbers)]
    return tuple(value for value in read if not isinstance(value, FieldError))


def exchanged(people: Sequence[Beneficiary], fact: str) -> list[Beneficiary]:
    """Return people with a fact of others among them, once for each distance; the same exchanges each time."""
    count = len(people)
    places = [max(1, shift * count // 10) for shift in _SHIFTS]
    return [who.changed(**{fact: people[(i + away) % count][fact]}) for away in places for i, who in enumerate(people)]


def importance(fact: str, before: Sequence[Published], after: Sequence[Published]) -> Importance:
    """Return the importance of a fact.

    Args:
        fact: the name of the fact.
        before: answers for the people.
        after: answers for the people that `exchanged` made of them.
    """
    changes = [abs(answer.expected - before[i % len(before)].expected) for i, answer in enumerate(after)]
    return Importance(fact, sum(changes) / len(changes) if changes else 0.0)


def points(values: Sequence[Value], people: int, published: Sequence[Published]) -> tuple[DependencePoint, ...]:
    """Return the partial dependence from answers for ``people`` at each of the values, value by value."""
    made: list[DependencePoint] = []
    for place, value in enumerate(values):
        answers = published[place * people : (place + 1) * people]
        made.append(
            DependencePoint(
                value=value,
                expected=sum(answer.expected for answer in answers) / people,
                low=sum(answer.interval.low for answer in answers) / people,
                high=sum(answer.interval.high for answer in answers) / people,
                each=tuple(answer.expected for answer in answers),
            )
        )
    return tuple(made)


def surface(rows: Sequence[Value], columns: Sequence[Value], people: int, published: Sequence[Published]) -> Surface:
    """Return the surface from answers for ``people`` at each pair of values, row by row."""
    costs = [answer.expected for answer in published]
    cells = [sum(costs[at : at + people]) / people for at in range(0, len(costs), people)]
    expected = [cells[at : at + len(columns)] for at in range(0, len(cells), len(columns))]
    mean = sum(cells) / len(cells)
    across = [sum(row) / len(columns) for row in expected]
    down = [sum(row[place] for row in expected) / len(rows) for place in range(len(columns))]
    together = [
        [cell - first - second + mean for cell, second in zip(row, down, strict=True)]
        for row, first in zip(expected, across, strict=True)
    ]
    whole = sum((cell - mean) ** 2 for cell in cells)
    beyond = sum(cell**2 for row in together for cell in row)
    return Surface(
        rows=tuple(rows),
        columns=tuple(columns),
        expected=tuple(map(tuple, expected)),
        together=tuple(map(tuple, together)),
        strength=sqrt(beyond / whole) if whole > 0 else 0.0,
    )

"""Rows with costs and the out-of-fold predictions of versions, by which single errors can be inspected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, isnan, sqrt
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidBeneficiary
from domain.models.actuarial_report import DoubleLift, LiftPortion, Portion
from domain.models.scores import PredictiveRatio
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Kind
from domain.people.numbers import round_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.monitoring.drift import Sample
    from domain.people.fact import Fact, Value
    from domain.people.schema import Schema

EXPECTED: Final = "expected"
"""The column of a sample with the expected costs out of fold."""
_TENTHS: Final = 10
_FEWEST: Final = 2
"""The fewest rows with a standard error."""
_TWO_SIDED: Final = 1.96
"""Normal quantile of 97.5 %."""
_BANDS: Final = 6
"""About the number of parts into which a number is cut."""
_RARE: Final = 0.02
"""The share of the rows at each end of a number that makes no part of its own."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A person of the training data with predictions.

    Args:
        beneficiary: the facts.
        cost: the cost of the year.
        expected: the expected cost by a fit of the version that had not seen the person.
        rival: the same of another version; None where that does not have the row.
    """

    beneficiary: Beneficiary
    cost: float
    expected: float
    rival: float | None = None

    @property
    def error(self) -> float:
        """Return expected minus actual cost."""
        return self.expected - self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioPart:
    """People with similar values of a fact, and predicted over observed cost of two versions.

    Args:
        value: the value of a choice or a flag; None for a number.
        low: the lowest value of a number in the part; None where the part has no lower end.
        high: the value of a number below which the part ends; None where the part has no upper end.
        people: number of rows in the part.
        own: ratio of the version.
        rival: ratio of the other version; None where it has none of the rows.
    """

    value: Value
    low: float | None
    high: float | None
    people: int
    own: PredictiveRatio
    rival: PredictiveRatio | None


def judged(schema: Schema, own: Sample, rival: Sample | None = None) -> tuple[JudgedRow, ...]:
    """Join the rows of a version with those of another; a row that breaks a rule of the schema is left out.

    Returns:
        the rows; none if the version did not record expected costs out of fold.
    """
    if EXPECTED not in own.more:
        return ()
    others = dict(_keyed(rival)) if rival and EXPECTED in rival.more and rival.schema.names == own.schema.names else {}
    rows: list[JudgedRow] = []
    for (key, expected), numbers in zip(_keyed(own), own.facts, strict=True):
        who = _person(schema, own.schema, tuple(numbers))
        if who is not None:
            rows.append(JudgedRow(who, key[-1], expected, others.get(key)))
    return tuple(rows)


def people(schema: Schema, sample: Sample) -> list[Beneficiary]:
    """Return the people of rows, in their order; a row that breaks a rule of the schema is left out."""
    everybody = (_person(schema, sample.schema, tuple(numbers)) for numbers in sample.facts)
    return [who for who in everybody if who is not None]


def _keyed(sample: Sample) -> Iterator[tuple[tuple[float, ...], float]]:
    """Yield facts and cost of each row, which identify it, with its expected cost."""
    costs, expected = sample.more[sample.schema.cost.column], sample.more[EXPECTED]
    for numbers, cost, amount in zip(sample.facts, costs, expected, strict=True):
        # NaN is equal to nothing
        facts = (-1e308 if isnan(number) else float(number) for number in numbers)
        yield (*facts, float(cost)), float(amount)


def _person(schema: Schema, learned_with: Schema, numbers: Sequence[float]) -> Beneficiary | None:
    try:
        if learned_with.digest == schema.digest:
            return Beneficiary.of_numbers(schema, numbers)
        given = {
            fact.name: fact.value(number)
            for fact, number in zip(learned_with.facts, numbers, strict=True)
            if fact.name in schema.by_name
        }
        return Beneficiary.of(schema, given)
    except InvalidBeneficiary:
        return None


def ratio(rows: Sequence[JudgedRow], expected: Callable[[JudgedRow], float | None]) -> PredictiveRatio | None:
    """Return predicted over observed cost of rows, with a 95 % interval by the delta method.

    Args:
        rows: rows of equal weight.
        expected: returns the expected cost of a row; rows for which it is None are left out.
    """
    pairs = [(amount, row.cost) for row in rows if (amount := expected(row)) is not None]
    if not pairs:
        return None
    total = sum(cost for _, cost in pairs)
    if total <= 0:
        return PredictiveRatio(None)
    value = sum(amount for amount, _ in pairs) / total
    if len(pairs) < _FEWEST:
        return PredictiveRatio(value)
    spread = sum((amount - value * cost) ** 2 for amount, cost in pairs) * len(pairs) / (len(pairs) - 1)
    margin = _TWO_SIDED * sqrt(spread) / total
    return PredictiveRatio(value, max(value - margin, 0.0), value + margin)


def own_of(row: JudgedRow) -> float:
    """Return the expected cost by the version."""
    return row.expected


def rival_of(row: JudgedRow) -> float | None:
    """Return the expected cost by the other version."""
    return row.rival


def within(row: JudgedRow, fact: Fact, low: float | None, high: float | None) -> bool:
    """Return whether a row's fact is from ``low`` up to and including ``high``; a missing fact is not."""
    return (-inf if low is None else low) <= fact.number(row.beneficiary[fact.name]) <= (inf if high is None else high)


def parts(rows: Sequence[JudgedRow], fact: Fact) -> tuple[RatioPart, ...]:
    """Cut rows by a fact: a number at round values, a choice or a flag by value; rows without it are in no part.

    The first and the last part of a number hold its rare values too, so that a few of them make no part of their own.
    """
    given = sorted(number for row in rows if not isnan(number := fact.number(row.beneficiary[fact.name])))
    if not given:
        return ()
    low, high = (given[round(share * (len(given) - 1))] for share in (_RARE, 1 - _RARE))
    step = _step(fact, low, high)
    first, last = floor(low / step), floor(high / step)
    members: dict[int, list[JudgedRow]] = {}
    for row in rows:
        number = fact.number(row.beneficiary[fact.name])
        if not isnan(number):
            members.setdefault(min(max(floor(number / step), first), last), []).append(row)
    made: list[RatioPart] = []
    for place, part in sorted(members.items()):
        own = ratio(part, own_of)
        assert own is not None, "each row has an expected cost"
        is_number = fact.kind.is_numeric
        made.append(
            RatioPart(
                value=None if is_number else part[0].beneficiary[fact.name],
                low=place * step if is_number and place > first else None,
                high=(place + 1) * step if is_number and place < last else None,
                people=len(part),
                own=own,
                rival=ratio(part, rival_of),
            )
        )
    return tuple(made)


def _step(fact: Fact, low: float, high: float) -> float:
    if not fact.kind.is_numeric or high <= low:
        return 1.0
    step = round_step((high - low) / _BANDS)
    return max(step, 1.0) if fact.kind is Kind.WHOLE else step


def lift(rows: Sequence[JudgedRow], expected: Callable[[JudgedRow], float | None]) -> tuple[Portion, ...]:
    """Return tenths of the rows, lowest expected cost first, with mean predicted and actual costs."""
    pairs = sorted((amount, row.cost) for row in rows if (amount := expected(row)) is not None)
    return tuple(
        Portion(
            people=len(part),
            predicted=sum(amount for amount, _ in part) / len(part),
            observed=sum(cost for _, cost in part) / len(part),
        )
        for part in _tenths(pairs)
    )


def double_lift(rows: Sequence[JudgedRow], rival: str) -> DoubleLift | None:
    """Return tenths of the rows that both versions judged, by the expected cost of one over that of the other."""
    both = [(row.expected, row.rival, row.cost) for row in rows if row.rival is not None]
    if not both:
        return None
    both.sort(key=lambda row: row[0] / row[1] if row[1] > 0 else inf if row[0] > 0 else 1.0)
    return DoubleLift(
        rival=rival,
        portions=tuple(
            LiftPortion(
                people=len(part),
                predicted=sum(row[0] for row in part) / len(part),
                rival=sum(row[1] for row in part) / len(part),
                observed=sum(row[2] for row in part) / len(part),
            )
            for part in _tenths(both)
        ),
    )


def _tenths(rows: Sequence[tuple[float, ...]]) -> Iterator[Sequence[tuple[float, ...]]]:
    borders = [round(place * len(rows) / _TENTHS) for place in range(_TENTHS + 1)]
    for first, last in pairwise(borders):
        if last > first:
            yield rows[first:last]

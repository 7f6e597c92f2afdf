"""The result of scoring a table of people: the answers of good rows, the violations of bad rows, and sums."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

from domain.costs.chance import rounded_chance
from domain.costs.estimate_columns import bits_of, codes_of
from domain.costs.prediction import caution_codes
from domain.people.beneficiary import Beneficiary
from domain.people.contract import MOST_VIOLATIONS, Violation
from domain.people.numbers import round_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate, ModelReference
    from domain.people.table_reading import TableReading

MOST_SHOWN: Final = 100
_GROUPS: Final = 10
"""The most groups of a distribution, besides one that is open."""
_NARROWEST: Final = 100.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one row, in money, rounded as every published answer. ``row`` is its line in the file.

    ``zero`` is the chance of no cost.
    """

    row: int
    expected: float
    typical: float
    low: float
    high: float
    zero: float
    cautions: tuple[str, ...]
    model_version: int


@dataclass(frozen=True, slots=True)
class Group:
    """The number of people who cost from ``low`` to below ``high`` a year; ``high`` is infinite in an open group."""

    low: float
    high: float
    people: int


@dataclass
class ScoredPeople:
    """Rows in the order of the table, as columns: a million take 45 MB.

    Args:
        reading: how the table is read.
        lines: the line of each row in the file.
        money: expected, typical, low and high of each row, in money; NaN where the row is bad.
        zero: the chance of no cost of each row; NaN where the row is bad.
        cautions: for each row, a whole number whose bit i stands for code i of ``codes``.
        codes: the codes of the cautions that models of the schema can give, and of others that were given.
        violations: one for each broken rule of a bad row, the first thousand; ``violation_count`` counts all.
        shown: the first hundred good rows as they were understood.
    """

    reading: TableReading
    model: ModelReference | None = None
    lines: array[int] = field(default_factory=lambda: array("I"))
    money: tuple[array[float], ...] = field(default_factory=lambda: tuple(array("d") for _ in range(4)))
    zero: array[float] = field(default_factory=lambda: array("d"))
    cautions: array[int] = field(default_factory=lambda: array("Q"))
    codes: list[str] = field(init=False)
    bad: int = 0
    violations: list[Violation] = field(default_factory=list[Violation])
    violation_count: int = 0
    shown: list[tuple[Beneficiary, Answer]] = field(default_factory=list[tuple[Beneficiary, Answer]])

    def __post_init__(self) -> None:
        self.codes = list(caution_codes(self.reading.schema))

    @property
    def rows(self) -> int:
        """Return the number of rows, good and bad."""
        return len(self.cautions)

    @property
    def good(self) -> int:
        """Return the number of rows with an answer."""
        return self.rows - self.bad

    def add(
        self, people: Sequence[tuple[int, Beneficiary | Sequence[Violation]]], estimates: Sequence[Estimate]
    ) -> None:
        """Add rows: pairs of a line and a person or its violations; and an estimate for each person, in order."""
        answers = iter(estimates)
        for line, person in people:
            self.lines.append(line)
            if isinstance(person, Beneficiary):
                self._add_answer(person, next(answers))
                continue
            self.bad += 1
            self.violation_count += len(person)
            self.violations += person[: MOST_VIOLATIONS - len(self.violations)]
            self._append((math.nan,) * 4, math.nan, 0)

    def _add_answer(self, who: Beneficiary, estimate: Estimate) -> None:
        self.model = estimate.model
        cost = estimate.cost
        likely = cost.interval()
        given = [caution.code for caution in estimate.cautions]
        self.codes += [code for code in given if code not in self.codes]
        money = (cost.expected, cost.typical, likely.low, likely.high)
        self._append(money, rounded_chance(cost.zero), bits_of(given, self.codes))
        if len(self.shown) < MOST_SHOWN and (answer := self.answer(self.rows - 1)):
            self.shown.append((who, answer))

    def _append(self, money: Sequence[float], zero: float, cautions: int) -> None:
        for column, usd in zip(self.money, money, strict=True):
            column.append(usd)
        self.zero.append(zero)
        self.cautions.append(cautions)

    def answer(self, place: int) -> Answer | None:
        """Return the answer at a place, counted from 0; None if the row is bad."""
        expected, typical, low, high = (column[place] for column in self.money)
        if math.isnan(expected) or self.model is None:
            return None
        codes = codes_of(self.cautions[place], self.codes)
        return Answer(self.lines[place], expected, typical, low, high, self.zero[place], codes, self.model.version)

    def totals(self) -> Totals:
        """Return the sums over all good rows."""
        expected = sorted(usd for usd in self.money[0] if not math.isnan(usd))
        typical = [usd for usd in self.money[1] if not math.isnan(usd)]
        return Totals(
            people=len(expected),
            expected=math.fsum(expected),
            middle=median(typical) if typical else 0.0,
            unsure=sum(map(bool, self.cautions)),
            groups=_groups(expected),
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over many people, in money.

    ``expected`` is the sum of what each is expected to cost; ``middle`` the median of their typical years;
    ``unsure`` counts the people with a caution; ``groups`` are of the expected cost.
    """

    people: int
    expected: float
    middle: float
    unsure: int
    groups: tuple[Group, ...]


def _groups(rising: Sequence[float]) -> tuple[Group, ...]:
    """Count people in groups of a round width; the last, open one holds the costliest hundredth at most.

    >>> [(group.low, group.people) for group in _groups([100.0, 900.0, 1200.0, 3900.0])]
    [(0.0, 1), (500.0, 1), (1000.0, 1), (1500.0, 0), (2000.0, 0), (2500.0, 0), (3000.0, 0), (3500.0, 1)]
    """
    if not rising:
        return ()
    reach = rising[min(len(rising) - 1, math.ceil(0.99 * len(rising)))]
    width = round_step(max((int(reach) + 1) / _GROUPS, _NARROWEST))
    counts = [0] * (int(reach // width) + 2)
    for usd in rising:
        counts[min(int(usd // width), len(counts) - 1)] += 1
    groups = [Group(i * width, (i + 1) * width, count) for i, count in enumerate(counts[:-1])]
    return (*groups, Group(groups[-1].high, math.inf, counts[-1])) if counts[-1] else tuple(groups)

"""The total cost of a group of people in a year, and the expected cost of stop-loss cover for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, Self

from domain.costs.cents import cents_down, cents_up
from domain.costs.chance import rounded_chance
from domain.costs.distribution import INTERVAL_LEVEL, MOST_CHARGES, Interval
from domain.costs.drivers import Driver, drivers
from domain.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.distribution import CostDistribution
    from domain.people.beneficiary import Beneficiary

MOST_PEOPLE: Final = 10_000
"""The most people of a group."""
ATTACHMENT: Final = 50_000.0
"""The default attachment of specific stop-loss: the yearly cost of one person above which it pays."""
CORRIDOR: Final = 1.25
"""The default corridor of aggregate stop-loss, in expected costs: 125 % is usual in the market."""
_WIDEST: Final = 10.0
_MONTHS: Final = 12
_LARGEST: Final = 10
"""The most people who are named as contributors."""


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """The terms of a quote. Every broken rule is reported at once.

    Args:
        attachment: the yearly cost of one person above which specific stop-loss pays.
        corridor: the multiple of the group's expected cost above which aggregate stop-loss pays.

    Raises:
        InvalidInput: naming each of the two that is out of its limits.
    """

    attachment: float = ATTACHMENT
    corridor: float = CORRIDOR

    def __post_init__(self) -> None:
        limits = {"attachment": (self.attachment, 0.0, MOST_CHARGES), "corridor": (self.corridor, 1.0, _WIDEST)}
        errors = [
            FieldError(name, "range" if value == value else "type", f"must be from {low:,.0f} to {high:,.0f}")  # noqa: PLR0124  # NaN
            for name, (value, low, high) in limits.items()
            if not low <= value <= high
        ]
        if errors:
            raise InvalidInput(errors)


@dataclass(frozen=True, slots=True)
class SimulatedTotal:
    """Simulated figures of a group's total, and exact figures of its members.

    Args:
        means: the expected cost of each member, exact.
        chances: the chance of each member to cost more than the specific attachment; exact, given tails of one shape.
        excesses: the expected cost of each member above the specific attachment; exact, given tails of one shape.
        low: the 5 % quantile of the total.
        high: the 95 % quantile of the total.
        chance: the chance that the total, less what specific cover pays, is above the aggregate attachment.
        excess: the expected part of that total above the aggregate attachment.
        standard_error: the standard error of ``low`` or of ``high``, whichever is larger.
    """

    means: Sequence[float]
    chances: Sequence[float]
    excesses: Sequence[float]
    low: float
    high: float
    chance: float
    excess: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Specific:
    """Specific stop-loss: cover of each person's yearly cost above an attachment. All figures are exact.

    Args:
        attachment: the yearly cost of one person above which it pays.
        expected_excess: the expected cost above the attachment, of all people together.
        expected_people: the expected number of people who cost more than the attachment.
        chance: the chance that at least one person does.
    """

    attachment: float
    expected_excess: float
    expected_people: float
    chance: float


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Aggregate stop-loss: cover of the group's total, less what specific cover pays, above an attachment.

    Args:
        corridor: the attachment divided by ``expected``.
        expected: the expected total less what specific cover pays, exact.
        attachment: the yearly total above which it pays.
        chance: the chance that the total is above the attachment.
        expected_excess: the expected part of the total above the attachment.
    """

    corridor: float
    expected: float
    attachment: float
    chance: float
    expected_excess: float


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person with one of the highest expected costs of the group.

    Args:
        row: the person's place in the group, from 1.
        expected: the person's expected cost of a year.
        share: the share of that in the group's expected cost.
        chance_above: the chance that the person costs more than the specific attachment.
    """

    row: int
    expected: float
    share: float
    chance_above: float


@dataclass(frozen=True, slots=True)
class GroupQuote:
    """The distribution of a group's total cost in a year, in whole cents.

    Args:
        people: the number of people.
        expected: the expected total, exact.
        interval: the range that holds the total in 90 of 100 years, simulated.
        standard_error: the standard error of the interval's lower or upper bound, whichever is larger.
        per_member_per_month: the expected cost of one person in one month.
        level_error: the standard error of the model about all people together, as a share of the expected total; it
            widens the interval. None where the number of rows that the model learned from is not known.
        specific: specific stop-loss cover.
        aggregate: aggregate stop-loss cover.
        contributors: the people with the highest expected costs, highest first.
        drivers: the facts that explain how expected costs differ, the most important first.
    """

    people: int
    expected: float
    interval: Interval
    standard_error: float
    per_member_per_month: float
    level_error: float | None
    specific: Specific
    aggregate: Aggregate
    contributors: tuple[Contributor, ...]
    drivers: tuple[Driver, ...]

    @classmethod
    def of(
        cls, people: Sequence[Beneficiary], total: SimulatedTotal, terms: GroupTerms, level_error: float | None
    ) -> Self:
        """Return the quote of a simulated total."""
        count, expected = len(people), math.fsum(total.means)
        excess = math.fsum(total.excesses)
        nobody = math.exp(math.fsum(math.log1p(-min(chance, 1 - 1e-12)) for chance in total.chances))
        order = sorted(range(count), key=total.means.__getitem__, reverse=True)[:_LARGEST]
        whole = expected or 1.0
        return cls(
            people=count,
            expected=round(expected, 2),
            interval=Interval(INTERVAL_LEVEL, cents_down(total.low), cents_up(total.high)),
            standard_error=cents_up(total.standard_error),
            per_member_per_month=round(expected / count / _MONTHS, 2),
            level_error=level_error,
            specific=Specific(
                terms.attachment, round(excess, 2), round(math.fsum(total.chances), 4), rounded_chance(1 - nobody)
            ),
            aggregate=Aggregate(
                terms.corridor,
                round(expected - excess, 2),
                round(terms.corridor * (expected - excess), 2),
                rounded_chance(total.chance),
                round(total.excess, 2),
            ),
            contributors=tuple(
                Contributor(
                    i + 1,
                    round(total.means[i], 2),
                    rounded_chance(total.means[i] / whole),
                    rounded_chance(total.chances[i]),
                )
                for i in order
            ),
            drivers=drivers(people, total.means),
        )


def with_common_tail(costs: Sequence[CostDistribution]) -> list[CostDistribution]:
    """Return the distributions of a group's members with tails of one shape.

    A person's mean excess above the 99 % quantile is what reconciles their mean with their quantiles, so it is off by
    much for many, and a total's spread depends on all of them. Here each has the median share of their own 99 %
    quantile. All costs are then scaled by one factor, so that the group costs the sum of its members' expected costs,
    also where the quantiles of a member have a higher mean than is stated (see `CostDistribution`).

    >>> from domain.costs.distribution import CostDistribution
    >>> light, heavy = (CostDistribution(mean, (100.0,) * 99) for mean in (101.0, 103.0))
    >>> [round(cost.excess, 6) for cost in with_common_tail([light, heavy])]
    [200.0, 200.0]
    """
    parts = [(cost, cost.quantiles[-1], cost.excess) for cost in costs]
    shares = [excess / last for _, last, excess in parts if last > 0]
    if not shares:
        return list(costs)
    common = median(shares)
    alike = [cost.with_excess(common * last) if last > 0 else cost for cost, last, _ in parts]
    factor = math.fsum(cost.mean for cost in costs) / math.fsum(cost.limited_mean(math.inf) for cost in alike)
    return [cost.scaled(factor) for cost in alike]


def level_error(means: Sequence[float], variances: Sequence[float], learned_from: int) -> float:
    """Return how far a model may be off about a group, a standard error as a share of the group's expected cost.

    A mean that is learned from N people has the variance s² / N, where s² is the variance of one person's cost. For all
    members together that is n² s² / N, with the mean of their variances for s²: beside the n s² of the members' own
    chances it adds the share n / N. It is the term of the mean in the variance of a prediction by regression, for a
    group like the people that the model learned from; a group unlike them is less certain.

    >>> round(level_error([5000.0] * 400, [4000.0**2] * 400, 5000), 4)
    0.0113
    """
    total, count = math.fsum(means), len(means)
    return math.sqrt(count * math.fsum(variances) / learned_from) / total if total else 0.0

"""The total cost of a group of people in a year, and what cover against it costs to give."""

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
"""People of a group."""
ATTACHMENT: Final = 50_000.0
"""Money a year of one person above which specific cover pays, where nothing else is chosen."""
CORRIDOR: Final = 1.25
"""What aggregate cover pays above, in expected costs: 125 % is the usual corridor of the market."""
_WIDEST: Final = 10.0
_MONTHS: Final = 12
_LARGEST: Final = 10
"""People who are named as the largest contributors."""


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What a quote is asked for. Every broken rule is reported at once.

    Args:
        attachment: money a year of one person above which specific stop-loss pays.
        corridor: aggregate stop-loss pays above the group's expected cost times this.

    Raises:
        InvalidInput: naming ``attachment`` and ``corridor`` where they are no such numbers.
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
    """What a simulation finds of a group's total, and what is exact of its members.

    Args:
        means: of each member, exact.
        chances: of each member, that the year costs more than the attachment; exact, with tails of one shape.
        excesses: of each member, the mean of what lies above the attachment; likewise.
        low: the 5 % quantile of the total.
        high: its 95 % quantile.
        chance: that the total without what specific cover pays is above aggregate attachment.
        excess: the mean of what lies above that.
        standard_error: the larger one of ``low`` and ``high``.
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
    """Cover of each person's cost above an attachment, exact.

    Args:
        attachment: money a year of one person.
        expected_excess: what lies above it, of all people together.
        expected_people: how many people are expected to cost more than that.
        chance: that anybody does.
    """

    attachment: float
    expected_excess: float
    expected_people: float
    chance: float


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Cover of the group's total above an attachment, of what specific cover leaves.

    Args:
        corridor: ``attachment`` over ``expected``.
        expected: the mean of the total without what specific cover pays, exact.
        attachment: money a year of the group.
        chance: that the total is above it.
        expected_excess: the mean of what lies above it.
    """

    corridor: float
    expected: float
    attachment: float
    chance: float
    expected_excess: float


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person who is expected to cost much.

    Args:
        row: their place in the group, from 1.
        expected: the mean of their year.
        share: of the group's expected cost.
        chance_above: that they cost more than specific attachment.
    """

    row: int
    expected: float
    share: float
    chance_above: float


@dataclass(frozen=True, slots=True)
class GroupQuote:
    """The distribution of a group's total cost in a year, in whole cents.

    Args:
        people: how many.
        expected: the mean, exact.
        interval: holds the total in 90 of 100 years, simulated.
        standard_error: the larger one of the two bounds of the interval.
        per_member_per_month: the mean of a person and month.
        level_error: how far the model may be off about all of them together: a standard error, as a share of the
            mean; it widens the interval. None where it is not known what the model learned from.
        specific: cover of each person.
        aggregate: cover of the group.
        contributors: people with the highest expected costs, highest first.
        drivers: facts that explain how expected costs differ, most first.
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
        """Put a quote together."""
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
    quantile. All costs are then scaled by one factor, which keeps the group's expected cost.

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
    before, after = (math.fsum(cost.limited_mean(math.inf) for cost in group) for group in (costs, alike))
    return [cost.scaled(before / after) for cost in alike]


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

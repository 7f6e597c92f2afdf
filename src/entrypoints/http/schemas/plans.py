"""Schemas of plan comparisons and group quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.people.fact import Value
from entrypoints.http.schemas.common import AboutOut, IntervalOut, ModelOut, Money, Text, WarningOut

if TYPE_CHECKING:
    from application.costs.compare_plans import PlanComparison
    from application.costs.quote_group import QuotedGroup
    from domain.costs.distribution import Interval
    from domain.costs.group import GroupQuote
    from domain.costs.own_cost import OwnCost
    from domain.costs.plan import Plan

Probability = Annotated[float, Meta(ge=0, le=1)]


def _interval(interval: Interval) -> IntervalOut:
    return IntervalOut(interval.level, interval.low, interval.high)


class PlanIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An insurance plan: the rules of cost sharing, and the premium."""

    deductible: Annotated[float, Meta(ge=0, le=1e9, description="{currency} a year that a person pays before the plan")]
    coinsurance: Annotated[float, Meta(ge=0, le=1, description="Share of costs above the deductible that they pay")]
    out_of_pocket_maximum: Annotated[
        float,
        Meta(ge=0, le=1e9, description="{currency} a year beyond which they pay nothing; not below the deductible"),
    ]
    copay: Annotated[
        float, Meta(ge=0, le=1e9, description="{currency} for visits in a year with any care, all together")
    ] = 0.0
    premium: Annotated[float, Meta(ge=0, le=1e9, description="{currency} a year, for all members")] = 0.0
    family_deductible: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(description="{currency} a year of all members together; null for twice that of a person"),
    ] = None
    family_maximum: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(description="{currency} a year that all members pay at most; null for twice that of a person"),
    ] = None
    name: Annotated[str, Meta(max_length=80, description="For people")] = ""


class WithPremiumOut(msgspec.Struct, frozen=True):
    """The yearly cost to the household under the plan, including the premium."""

    expected: Money
    typical: Money
    interval: IntervalOut


class PlanOut(msgspec.Struct, frozen=True):
    """Out-of-pocket payments of a year under a plan without the premium; ``with_premium`` includes it."""

    name: Text
    expected: Money
    typical: Money
    interval: IntervalOut
    chance_of_maximum: Annotated[float, Meta(ge=0, le=1, description="That the maximum is reached")]
    premium: Money
    with_premium: WithPremiumOut
    standard_error: Annotated[
        float | UnsetType, Meta(description="{currency}, of `expected` where it is simulated; left out where exact")
    ] = UNSET

    @classmethod
    def of(cls, plan: Plan, own: OwnCost) -> PlanOut:
        """Convert the payments under a plan."""
        whole = own.plus(plan.premium)
        return cls(
            name=plan.name,
            expected=own.expected,
            typical=own.typical,
            interval=_interval(own.interval),
            chance_of_maximum=own.chance_of_maximum,
            premium=round(plan.premium, 2),
            with_premium=WithPremiumOut(whole.expected, whole.typical, _interval(whole.interval)),
            standard_error=UNSET if own.standard_error is None else own.standard_error,
        )


class MemberOut(msgspec.Struct, frozen=True):
    """The cost of a member before a plan pays."""

    expected: Money
    typical: Money
    interval: IntervalOut
    warnings: list[WarningOut]


class ComparisonOut(msgspec.Struct, frozen=True):
    """The payments under each plan, in the order of the plans, and the members' costs, in their order."""

    plans: list[PlanOut]
    members: list[MemberOut]
    model: ModelOut
    about: AboutOut

    @classmethod
    def of(cls, plans: list[Plan], compared: PlanComparison, about: AboutOut) -> ComparisonOut:
        """Convert a comparison."""
        return cls(
            plans=[PlanOut.of(plan, own) for plan, own in zip(plans, compared.own_costs, strict=True)],
            members=[
                MemberOut(
                    estimate.cost.expected,
                    estimate.cost.typical,
                    _interval(estimate.cost.interval()),
                    [WarningOut.of(caution) for caution in estimate.cautions],
                )
                for estimate in compared.estimates
            ],
            model=ModelOut.of(compared.estimates[0].model),
            about=about,
        )


class SpecificOut(msgspec.Struct, frozen=True):
    """Specific stop-loss: cover of each person's cost above an attachment point, computed exactly."""

    attachment: Annotated[float, Meta(description="{currency}, as it was asked for")]
    expected_excess: Annotated[float, Meta(description="{currency} a year of all people, whole cents")]
    expected_people: Annotated[float, Meta(description="How many are expected to cost more than the attachment")]
    chance: Annotated[float, Meta(ge=0, le=1, description="That anybody does")]


class AggregateOut(msgspec.Struct, frozen=True):
    """Aggregate stop-loss: cover of the group's total after specific cover, above ``corridor`` times its mean."""

    corridor: float
    expected: Money
    attachment: Money
    chance: Annotated[float, Meta(ge=0, le=1, description="That the total is above the attachment")]
    expected_excess: Money


class ContributorOut(msgspec.Struct, frozen=True):
    """A person with a high expected cost."""

    row: Annotated[int, Meta(ge=1, description="Their place in `beneficiaries`, from 1")]
    expected: Money
    share: Probability
    chance_above: Annotated[float, Meta(ge=0, le=1, description="That they cost more than specific attachment")]


class DriverOut(msgspec.Struct, frozen=True):
    """A fact that explains differences of expected costs (not a cause), and the people with the largest differences."""

    fact: Text
    explains: Annotated[
        float, Meta(ge=0, le=1, description="Share of the variance of expected costs between its values")
    ]
    values: Annotated[list[Value], Meta(description="The value of those people; of numbers the lowest and the highest")]
    people: int
    share: Annotated[float, Meta(ge=0, le=1, description="Of the expected cost, of those people")]


class QuoteOut(msgspec.Struct, frozen=True):
    """The distribution of a group's total cost in a year."""

    people: int
    expected: Money
    interval: IntervalOut
    standard_error: Annotated[float, Meta(description="{currency}, of the interval's bounds, which are simulated")]
    per_member_per_month: Money
    level_error: Annotated[
        float | None,
        Meta(description="How far the model may be off about all of them, as a share; null where it is not known"),
    ]
    specific: SpecificOut
    aggregate: AggregateOut
    contributors: list[ContributorOut]
    drivers: list[DriverOut]
    model: ModelOut
    about: AboutOut

    @classmethod
    def of(cls, quoted: QuotedGroup, about: AboutOut) -> QuoteOut:
        """Convert a quote."""
        quote: GroupQuote = quoted.quote
        return cls(
            people=quote.people,
            expected=quote.expected,
            interval=_interval(quote.interval),
            standard_error=quote.standard_error,
            per_member_per_month=quote.per_member_per_month,
            level_error=None if quote.level_error is None else round(quote.level_error, 6),
            specific=msgspec.convert(quote.specific, SpecificOut, from_attributes=True),
            aggregate=msgspec.convert(quote.aggregate, AggregateOut, from_attributes=True),
            contributors=[
                msgspec.convert(contributor, ContributorOut, from_attributes=True) for contributor in quote.contributors
            ],
            drivers=[
                DriverOut(driver.fact, driver.explains, list(driver.values), driver.people, driver.share)
                for driver in quote.drivers
            ],
            model=ModelOut.of(quoted.model),
            about=about,
        )

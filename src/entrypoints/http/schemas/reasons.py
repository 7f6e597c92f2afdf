"""Schemas of explanations and what-if estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.costs.chance import Chance
from domain.costs.explanation import Explained
from entrypoints.http.schemas.common import (
    AboutOut,
    ChanceOut,
    FactsOut,
    IntervalOut,
    ModelOut,
    Money,
    Text,
    WarningOut,
)

if TYPE_CHECKING:
    from domain.costs.explanation import Explanation
    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary


class ContributionOut(msgspec.Struct, frozen=True):
    """The contribution of a fact to the estimate, in money."""

    fact: Annotated[str, Meta(description="Name of the fact")]
    usd: Money


class AlikeOut(msgspec.Struct, frozen=True):
    """Observed costs of similar people in the training data: quartiles, null if nobody is similar."""

    count: int
    total: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


class ExplanationOut(msgspec.Struct, frozen=True):
    """An explanation: ``baseline`` and contributions add up to the estimate that ``of`` names, to the cent."""

    figure: Annotated[Explained, Meta(description="Which figure is explained")] = msgspec.field(name="of")
    baseline: Money
    contributions: list[ContributionOut]
    expected: Money
    typical: float | None
    alike: AlikeOut
    model: ModelOut
    about: AboutOut
    standard_error: Annotated[
        float | UnsetType,
        Meta(description="{currency}, the largest of a contribution where they are estimated; left out where exact"),
    ] = UNSET

    @classmethod
    def of(cls, explanation: Explanation, about: AboutOut) -> ExplanationOut:
        """Convert an explanation."""
        return cls(
            figure=explanation.of,
            baseline=explanation.baseline,
            contributions=[
                msgspec.convert(part, ContributionOut, from_attributes=True) for part in explanation.contributions
            ],
            expected=explanation.expected,
            typical=explanation.typical,
            alike=msgspec.convert(explanation.alike, AlikeOut, from_attributes=True),
            model=ModelOut.of(explanation.model),
            about=about,
            standard_error=UNSET if explanation.standard_error is None else explanation.standard_error,
        )


class EstimateOut(msgspec.Struct, frozen=True):
    """An estimate that was not recorded."""

    beneficiary: FactsOut
    expected: Money
    typical: Money
    interval: IntervalOut
    chance: ChanceOut
    warnings: list[WarningOut]

    @classmethod
    def of(cls, who: Beneficiary, estimate: Estimate, above: float | None = None) -> EstimateOut:
        """Convert an estimate."""
        interval = estimate.cost.interval()
        return cls(
            beneficiary=who.as_facts(),
            expected=estimate.cost.expected,
            typical=estimate.cost.typical,
            interval=IntervalOut(interval.level, interval.low, interval.high),
            chance=ChanceOut.of(Chance.of(estimate.cost, above)),
            warnings=[WarningOut.of(caution) for caution in estimate.cautions],
        )


class ScenariosOut(msgspec.Struct, frozen=True):
    """Estimates of the person as described and with each change, in the order of the changes or of the grid."""

    base: EstimateOut
    scenarios: list[EstimateOut]
    model: ModelOut
    note: Text
    about: AboutOut

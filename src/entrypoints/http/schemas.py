"""The shapes that the API reads and answers, apart from the domain so that each may change on its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.beneficiary import AGE, BMI, CHILDREN, Beneficiary, Region, Sex
from domain.prediction import Caution, Estimate, Explanation, ModelReference, Prediction

Usd = Annotated[float, Meta(description="US dollars, whole cents")]
Age = Annotated[int, Meta(ge=int(AGE.low), le=int(AGE.high), description="Years")]
Bmi = Annotated[float, Meta(ge=BMI.low, le=BMI.high, description="Body mass index, kg/m²")]
Children = Annotated[
    int, Meta(ge=int(CHILDREN.low), le=int(CHILDREN.high), description="Dependants covered by the plan")
]
Smoker = Annotated[bool | Literal["yes", "no"], Meta(description="Smokes now")]
Digest = Annotated[str, Meta(description="SHA-256 of the model's manifest")]
REASON = r"^[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$"
LONGEST_REASON = 500
Reason = Annotated[
    str,
    Meta(
        pattern=REASON,
        max_length=LONGEST_REASON,
        description="Begins with what can be seen, and holds no control characters",
    ),
]
Text = Annotated[str, Meta(description="For people")]
MOST_GRID_FACTS = 2
MOST_VALUES = 32
VALUES = Meta(min_length=1, max_length=MOST_VALUES)


class BeneficiaryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Six facts about one adult."""

    age: Age
    sex: Sex
    bmi: Bmi
    children: Children
    smoker: Smoker
    region: Region

    def entity(self) -> Beneficiary:
        """Give the domain's beneficiary."""
        return Beneficiary(
            age=self.age,
            sex=self.sex,
            bmi=self.bmi,
            children=self.children,
            smoker=self.smoker if isinstance(self.smoker, bool) else self.smoker == "yes",
            region=self.region,
        )


class ChangeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The facts that differ; all others stay."""

    age: Age | UnsetType = UNSET
    sex: Sex | UnsetType = UNSET
    bmi: Bmi | UnsetType = UNSET
    children: Children | UnsetType = UNSET
    smoker: Smoker | UnsetType = UNSET
    region: Region | UnsetType = UNSET


class ScenariosIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person, and what might be otherwise."""

    beneficiary: BeneficiaryIn
    changes: Annotated[list[ChangeIn], Meta(min_length=1, max_length=100)]


class GridIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Values of one fact, or of two: each with each, the last fact changing fastest."""

    age: Annotated[list[Age], VALUES] | UnsetType = UNSET
    sex: Annotated[list[Sex], VALUES] | UnsetType = UNSET
    bmi: Annotated[list[Bmi], VALUES] | UnsetType = UNSET
    children: Annotated[list[Children], VALUES] | UnsetType = UNSET
    smoker: Annotated[list[Smoker], VALUES] | UnsetType = UNSET
    region: Annotated[list[Region], VALUES] | UnsetType = UNSET


class GridScenariosIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person, and a grid of what might be otherwise."""

    beneficiary: BeneficiaryIn
    grid: Annotated[GridIn, Meta(extra_json_schema={"minProperties": 1, "maxProperties": MOST_GRID_FACTS})]


class OutcomeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the year really cost."""

    charges: Annotated[float, Meta(ge=0, description="US dollars")]


class ReasonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the champion is changed; stands in the ledger."""

    reason: Reason | UnsetType = UNSET


class BeneficiaryOut(msgspec.Struct, frozen=True):
    """The six facts as they were understood."""

    age: Age
    sex: Sex
    bmi: Bmi
    children: Children
    smoker: bool
    region: Region

    @classmethod
    def of(cls, who: Beneficiary) -> BeneficiaryOut:
        """Shape a beneficiary."""
        return cls(who.age, who.sex, who.bmi, who.children, who.smoker, who.region)


class IntervalOut(msgspec.Struct, frozen=True):
    """A range that holds the cost in ``level`` of all years like this one, rounded outward."""

    level: Annotated[float, Meta(ge=0, le=1)]
    low: Usd
    high: Usd


class WarningOut(msgspec.Struct, frozen=True):
    """The model is guessing. ``field`` is empty where the combination of facts is rare."""

    code: str
    field: str
    detail: Text

    @classmethod
    def of(cls, caution: Caution) -> WarningOut:
        """Shape a caution."""
        return cls(caution.code, caution.field, caution.detail)


class ModelOut(msgspec.Struct, frozen=True):
    """Which model answered."""

    version: int
    digest: Digest

    @classmethod
    def of(cls, model: ModelReference) -> ModelOut:
        """Shape a reference."""
        return cls(model.version, model.digest)


class AboutOut(msgspec.Struct, frozen=True):
    """What must be known to use the figures: their unit, the data behind them and of which year, what they are for."""

    unit: Text
    data: Text
    notice: Text


class OutcomeOut(msgspec.Struct, frozen=True):
    """What the year really cost, and when that became known."""

    charges: Usd
    recorded_at: datetime


class PredictionOut(msgspec.Struct, frozen=True):
    """What a year is likely to cost: the mean, the median and a range; recorded."""

    id: UUID
    created_at: datetime
    beneficiary: BeneficiaryOut
    expected: Usd
    typical: Usd
    interval: IntervalOut
    warnings: list[WarningOut]
    model: ModelOut
    outcome: OutcomeOut | None
    about: Annotated[AboutOut | UnsetType, Meta(description="Left out where predictions are listed")] = UNSET

    @classmethod
    def of(cls, made: Prediction, about: AboutOut | UnsetType = UNSET) -> PredictionOut:
        """Shape a prediction."""
        return cls(
            id=made.id,
            created_at=made.created_at,
            beneficiary=BeneficiaryOut.of(made.beneficiary),
            expected=made.expected,
            typical=made.typical,
            interval=IntervalOut(made.interval.level, made.interval.low, made.interval.high),
            warnings=[WarningOut.of(caution) for caution in made.cautions],
            model=ModelOut.of(made.model),
            outcome=OutcomeOut(made.outcome.charges, made.outcome.recorded_at) if made.outcome else None,
            about=about,
        )


class PageOut(msgspec.Struct, frozen=True):
    """Recorded predictions, newest first. ``next`` is the cursor of the page after this one."""

    predictions: list[PredictionOut]
    next: str | None


class BadRow(msgspec.Struct, frozen=True):
    """A broken rule in one row of a batch; the first row is 1, a CSV header is not counted."""

    row: Annotated[int, Meta(ge=1)]
    pointer: Annotated[str, Meta(description="JSON pointer inside the row; empty for the row as a whole")]
    code: str
    detail: Text


class BatchOut(msgspec.Struct, frozen=True):
    """Predictions for the good rows, in their order, and what is wrong with the others."""

    predictions: list[PredictionOut]
    errors: list[BadRow]
    about: Annotated[AboutOut | UnsetType, Meta(description="Left out where no row was good")] = UNSET


class ContributionOut(msgspec.Struct, frozen=True):
    """Dollars that one fact adds or takes away."""

    fact: Literal["age", "sex", "bmi", "children", "smoker", "region"]
    usd: Usd


class AlikeOut(msgspec.Struct, frozen=True):
    """How people alike in the training data really came out; quartiles in US dollars, null where nobody is alike."""

    count: int
    total: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


class ExplanationOut(msgspec.Struct, frozen=True):
    """``baseline`` plus all contributions is ``expected``, to the cent."""

    baseline: Usd
    contributions: list[ContributionOut]
    expected: Usd
    alike: AlikeOut
    model: ModelOut
    about: AboutOut

    @classmethod
    def of(cls, explanation: Explanation, about: AboutOut) -> ExplanationOut:
        """Shape an explanation."""
        return cls(
            baseline=explanation.baseline,
            contributions=[
                msgspec.convert(part, ContributionOut, from_attributes=True) for part in explanation.contributions
            ],
            expected=explanation.expected,
            alike=msgspec.convert(explanation.alike, AlikeOut, from_attributes=True),
            model=ModelOut.of(explanation.model),
            about=about,
        )


class EstimateOut(msgspec.Struct, frozen=True):
    """An estimate that was not recorded."""

    beneficiary: BeneficiaryOut
    expected: Usd
    typical: Usd
    interval: IntervalOut
    warnings: list[WarningOut]

    @classmethod
    def of(cls, who: Beneficiary, estimate: Estimate) -> EstimateOut:
        """Shape an estimate."""
        interval = estimate.cost.interval()
        return cls(
            beneficiary=BeneficiaryOut.of(who),
            expected=estimate.cost.expected,
            typical=estimate.cost.typical,
            interval=IntervalOut(interval.level, interval.low, interval.high),
            warnings=[WarningOut.of(caution) for caution in estimate.cautions],
        )


class ScenariosOut(msgspec.Struct, frozen=True):
    """The person as they are, and as they might be, in the order of the changes, or of the grid."""

    base: EstimateOut
    scenarios: list[EstimateOut]
    model: ModelOut
    note: Text
    about: AboutOut


class LiveOut(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"]
    version: str


class ServingOut(msgspec.Struct, frozen=True):
    """The process answers, and is not about to end."""

    status: Literal["serving"]


class ReadyOut(msgspec.Struct, frozen=True):
    """A known prediction was made, by this model, and the database answered."""

    status: Literal["ready"]
    model: ModelOut


class BadField(msgspec.Struct, frozen=True):
    """A broken rule and where: a JSON pointer into the body, or the name of a parameter after a slash."""

    pointer: str
    code: str
    detail: Text


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong, after RFC 9457."""

    type: str
    title: Text
    status: int
    detail: Text
    instance: str
    errors: list[BadField] | None = None

"""Response schemas of registered models: their cards and the gate's verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from entrypoints.http.schemas.common import Digest, Text

if TYPE_CHECKING:
    from application.models.review_models import ReviewedVersion
    from domain.models.ledger import LedgerEntry


class RecipeOut(msgspec.Struct, frozen=True):
    """The recipe of a model: its family, transform and hyperparameters."""

    family: str
    transform: str
    hyperparameters: dict[str, bool | int | float | str | None]


class OriginOut(msgspec.Struct, frozen=True):
    """The origin of the training data."""

    name: str
    description: Text
    synthetic: bool
    year: Annotated[Text, Meta(description="Of the costs; empty where it is not documented")]


class ExpectedOut(msgspec.Struct, frozen=True):
    """Errors of the expected cost; rmse and mae are in the currency of the costs."""

    r2: float
    rmse: float
    mae: float


class TypicalOut(msgspec.Struct, frozen=True):
    """Errors of the typical cost; ``within_100`` is the share with an error of at most 100."""

    mae: float
    median_ae: float
    within_100: float


class CoverageOut(msgspec.Struct, frozen=True):
    """Coverage and width of the published interval."""

    level: float
    coverage: float
    mean_width: float
    interval_score: float


class RatioOut(msgspec.Struct, frozen=True):
    """Predicted over observed cost with its 95 % interval; null if there were no costs, or an end has no bound."""

    ratio: float | None
    low: float | None
    high: float | None


class GroupOut(msgspec.Struct, frozen=True):
    """Scores of a group of people; ``bias`` is expected minus observed cost."""

    group: str
    rows: int
    coverage: float
    mean_width: float
    bias: float
    people: int | None
    ratio: RatioOut | None


class CalibrationOut(msgspec.Struct, frozen=True):
    """The observed coverage of a range with the nominal coverage ``level``."""

    level: float
    coverage: float


class ZeroOut(msgspec.Struct, frozen=True):
    """The predicted and observed share of people without costs."""

    predicted: float
    observed: float
    brier: float


class FifthOut(msgspec.Struct, frozen=True):
    """One fifth of the people by expected cost; ``from_zero`` is the share of ranges that begin at zero."""

    people: int
    coverage: float
    predicted: float
    observed: float
    from_zero: float
    zero_predicted: float
    zero_observed: float


class ActuarialOut(msgspec.Struct, frozen=True):
    """Actuarial scores of predictions; costs count up to ``cap`` in ``capped_r2``."""

    overall: RatioOut
    deciles: list[RatioOut]
    cpm: float
    gini: float
    mae_over_mean: float
    capped_r2: float
    cap: float
    capture_1: float
    capture_5: float
    capture_10: float


class ScoresOut(msgspec.Struct, frozen=True):
    """Scores on labelled rows."""

    rows: int
    expected: ExpectedOut
    typical: TypicalOut
    crps: float
    interval: CoverageOut
    groups: list[GroupOut]
    calibration: list[CalibrationOut]
    people: int | None
    zero: ZeroOut | None
    fifths: list[FifthOut]
    actuarial: ActuarialOut | None
    quantiles: list[CalibrationOut]


class FamilyOut(msgspec.Struct, frozen=True):
    """A family in the comparison that selected the recipe."""

    name: str
    mean: float
    spread: float


class MetricOut(msgspec.Struct, frozen=True):
    """A metric over the folds of the cross-validation: mean and standard deviation."""

    metric: str
    mean: float
    spread: float


class ProvenanceOut(msgspec.Struct, frozen=True):
    """The selection of the recipe: its metric, the compared families, and the run in the tracking store."""

    metric: str
    compared: list[FamilyOut]
    tracking_run: str
    git_revision: str
    trials: int


class CardOut(msgspec.Struct, frozen=True):
    """The model card: data, scores, intended use and limits."""

    recipe: RecipeOut
    created_at: datetime
    origin: OriginOut
    data_digest: str
    rows: int
    cross_validation: ScoresOut
    test: ScoresOut
    ranges: dict[str, tuple[float, float]]
    grouping: list[str]
    provenance: ProvenanceOut
    notes: list[Text]
    folds: list[MetricOut]


class CheckOut(msgspec.Struct, frozen=True):
    """A check of the gate and its result."""

    name: str
    passed: bool
    detail: Text


class VerdictOut(msgspec.Struct, frozen=True):
    """The verdict of the gate, passed only if every check passed."""

    passed: bool
    checks: list[CheckOut]


class VersionOut(msgspec.Struct, frozen=True):
    """A registered model."""

    version: int
    digest: Digest
    champion: bool
    registered_at: datetime
    verdict: VerdictOut | None
    card: CardOut

    @classmethod
    def of(cls, reviewed: ReviewedVersion) -> VersionOut:
        """Convert a version."""
        version, verdict = reviewed.version, reviewed.verdict
        return cls(
            version=version.number,
            digest=version.digest,
            champion=reviewed.is_champion,
            registered_at=version.registered_at,
            verdict=msgspec.convert(verdict, VerdictOut, from_attributes=True) if verdict else None,
            card=msgspec.convert(version.card, CardOut, from_attributes=True),
        )


class EntryOut(msgspec.Struct, frozen=True):
    """An entry of the ledger: the new champion, author, time and reason, sealed to the previous entry."""

    number: int
    change: Literal["promotion", "rollback"]
    version: int
    digest: Digest
    replaces: int | None
    at: datetime
    by: Text
    reason: Text
    overridden: bool
    seal: Annotated[str, Meta(description="SHA-256 over the entry and the seal before it")]

    @classmethod
    def of(cls, entry: LedgerEntry) -> EntryOut:
        """Convert an entry."""
        return msgspec.convert(entry, cls, from_attributes=True)


class VersionsOut(msgspec.Struct, frozen=True):
    """All registered models, newest first."""

    models: list[VersionOut]

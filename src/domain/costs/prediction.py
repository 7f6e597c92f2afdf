"""Predictions: the person, the published figures, the model, and the real cost of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from domain.costs.chance import Chance, rounded_chance
from domain.costs.distribution import MOST_CHARGES, CostDistribution, Interval
from domain.errors import FieldError, InvalidInput
from domain.people.beneficiary import Beneficiary

if TYPE_CHECKING:
    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True)
class ModelReference:
    """The model that answered: its registered version and the SHA-256 of its manifest."""

    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning that an answer is uncertain.

    ``code`` is stable and for programs, one of `caution_codes`. ``field`` is the name of a fact, or empty where the
    combination is rare.
    """

    code: str
    field: str
    detail: str


FEW_ALIKE: Final = "few_alike"
"""The code of the caution that hardly anybody in the data is similar."""


FACTS_UNKNOWN: Final = "facts_unknown"
"""The code of the caution that the model does not know all facts that are given."""


def caution_codes(schema: Schema) -> tuple[str, ...]:
    """Return the codes of all cautions that a model of this schema can give, in the order in which they are given."""
    beyond = (f"{fact.name}_beyond_data" for fact in schema.numeric)
    return (*beyond, FEW_ALIKE, *(f"{fact.name}_rare" for fact in schema.filters), FACTS_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A model's estimate for a beneficiary."""

    cost: CostDistribution
    cautions: tuple[Caution, ...]
    model: ModelReference


@dataclass(frozen=True, slots=True)
class Published:
    """The published figures of one beneficiary: those of an estimate, rounded once. Money in whole cents."""

    expected: float
    typical: float
    interval: Interval
    zero: float
    cautions: tuple[Caution, ...]
    model: ModelReference

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Round an estimate."""
        cost = estimate.cost
        interval, zero = cost.interval(), rounded_chance(cost.zero)
        return cls(cost.expected, cost.typical, interval, zero, estimate.cautions, estimate.model)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reported cost of a year, in the currency of the costs."""

    charges: float
    recorded_at: datetime

    @classmethod
    def of(cls, charges: float, *, at: datetime) -> Self:
        """Check an outcome that was reported, and round it to whole cents, as all amounts are.

        Raises:
            InvalidInput: if the charges are negative, no number, or more than `MOST_CHARGES`.
        """
        if not 0 <= charges <= MOST_CHARGES:
            detail = "must not be negative" if charges < 0 else f"must be at most {MOST_CHARGES:,.0f}"
            raise InvalidInput([FieldError("charges", "range", detail)])
        return cls(round(charges, 2), at)


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A change of an outcome: its time and author, and the charges after and before it (None for none)."""

    at: datetime
    by: str
    charges: float
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrediction:
    """A prediction that is not recorded yet. Money in whole cents; time in UTC.

    ``owner`` is the caller who asked for it, see `Caller.owner`. ``owner`` and ``chance`` are None for predictions of
    releases that did not record them.
    """

    created_at: datetime
    beneficiary: Beneficiary
    expected: float
    typical: float
    interval: Interval
    cautions: tuple[Caution, ...]
    model: ModelReference
    owner: str | None = None
    chance: Chance | None = None

    @classmethod
    def of(cls, beneficiary: Beneficiary, published: Published, *, at: datetime, owner: str | None = None) -> Self:
        """Return the record of published figures."""
        return cls(
            created_at=at,
            beneficiary=beneficiary,
            expected=published.expected,
            typical=published.typical,
            interval=published.interval,
            cautions=published.cautions,
            model=published.model,
            owner=owner,
            chance=Chance(published.zero),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction(NewPrediction):
    """A recorded prediction."""

    id: UUID
    outcome: Outcome | None = None

    @classmethod
    def recorded(cls, new: NewPrediction, id: UUID) -> Self:
        """Return a new prediction with the identifier under which it was recorded."""
        return cls(
            id=id,
            created_at=new.created_at,
            beneficiary=new.beneficiary,
            expected=new.expected,
            typical=new.typical,
            interval=new.interval,
            cautions=new.cautions,
            model=new.model,
            owner=new.owner,
            chance=new.chance,
        )

    @property
    def cost(self) -> float | None:
        """Return the real cost for sums and means; None where it is unknown, or above `MOST_CHARGES`.

        Earlier releases recorded outcomes without an upper bound; these stay on record, and are ignored.
        """
        return self.outcome.charges if self.outcome and self.outcome.charges <= MOST_CHARGES else None


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof that a prediction was erased, by ``request`` or for its ``age``; it holds no fact of a person."""

    prediction_id: UUID
    erased_at: datetime
    reason: Literal["request", "age"]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's promise that two requests with the same ``key`` are one.

    ``fingerprint`` is the SHA-256 of the request's body: the same key with another body is a mistake. Keys of two
    owners are two keys.
    """

    key: str
    fingerprint: str
    owner: str | None = None

    @property
    def scoped(self) -> str:
        """Return owner and key as one text, which is unique because neither holds a space."""
        return self.key if self.owner is None else f"{self.owner} {self.key}"

    @property
    def reused(self) -> str:
        """Return the message that the key came with another body."""
        return f"idempotency key {self.key!r} came with another body before"

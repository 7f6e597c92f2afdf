"""A prediction: what was asked, what was answered, by which model; and what the year really cost."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from domain.costs.chance import Chance, rounded_chance
from domain.costs.distribution import MOST_CHARGES, QUANTILE_LEVELS, CostDistribution, Interval
from domain.errors import FieldError, InvalidInput
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Value

if TYPE_CHECKING:
    from domain.people.claims import Column
    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which model answered: the registered version and the SHA-256 of its manifest."""

    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning that the model is guessing.

    ``code`` is stable and for programs, one of `caution_codes`. ``field`` is the name of a fact, or empty where the
    combination is rare.
    """

    code: str
    field: str
    detail: str


FEW_ALIKE: Final = "few_alike"
"""The caution that hardly anybody in the data is alike."""


FACTS_UNKNOWN: Final = "facts_unknown"
"""The caution that the model does not know all facts that are given."""


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
    """What is published of one beneficiary: figures of an estimate, rounded once. Money in USD, whole cents."""

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
class EstimateColumns:
    """What one model says of n beneficiaries: n `Estimate` as numbers, without an object for each.

    Args:
        model: which model.
        numbers: n x 101 doubles, C-contiguous: the mean, the 99 quantiles at `QUANTILE_LEVELS`, in USD, and the
            chance of no cost.
        cautions: of the rows that have any, by row.
    """

    model: ModelReference
    numbers: memoryview[float]
    cautions: Mapping[int, tuple[Caution, ...]]

    @classmethod
    def of(cls, model: ModelReference, estimates: Sequence[Estimate]) -> Self:
        """Write estimates of one model down as numbers."""
        numbers = array("d")
        for estimate in estimates:
            numbers.append(estimate.cost.mean)
            numbers.extend(estimate.cost.quantiles)
            numbers.append(estimate.cost.zero)
        shape = (len(estimates), 2 + len(QUANTILE_LEVELS))
        cautions = {row: estimate.cautions for row, estimate in enumerate(estimates) if estimate.cautions}
        return cls(model, shaped(numbers, shape), cautions)


@dataclass(frozen=True, slots=True)
class PublishedColumns:
    """What is published of n beneficiaries, as columns, without an object for each.

    Args:
        model: which model.
        money: 4 x n doubles, C-contiguous: expected, typical, low and high, USD, rounded as `Published.of` does.
        cautions: n whole numbers: where bit i is set, the caution with code i of ``codes`` is given.
        codes: the codes of the cautions, see `caution_codes`.
        zero: n doubles: the chance of no cost, rounded as `Chance` does.
        above: n doubles: the chance of costing more than the amount that was asked about; None where none was.
    """

    model: ModelReference
    money: memoryview[float]
    cautions: memoryview[int]
    codes: tuple[str, ...]
    zero: memoryview[float]
    above: memoryview[float] | None = None

    @classmethod
    def of(
        cls, schema: Schema, model: ModelReference, estimates: Sequence[Estimate], amount: float | None = None
    ) -> Self:
        """Publish estimates of one model; codes are in the order in which models of the schema give them."""
        given = dict.fromkeys(caution.code for estimate in estimates for caution in estimate.cautions)
        places = {code: place for place, code in enumerate(caution_codes(schema))}
        codes = tuple(sorted(given, key=lambda code: places.get(code, len(places))))
        bits = array("Q", (bits_of((caution.code for caution in estimate.cautions), codes) for estimate in estimates))
        intervals = [estimate.cost.interval() for estimate in estimates]
        money = array("d", [estimate.cost.expected for estimate in estimates])
        money.extend(estimate.cost.typical for estimate in estimates)
        money.extend(interval.low for interval in intervals)
        money.extend(interval.high for interval in intervals)
        zero = array("d", [rounded_chance(estimate.cost.zero) for estimate in estimates])
        above: memoryview[float] | None = None
        if amount is not None:
            above = memoryview(
                array("d", [rounded_chance(estimate.cost.chance_above(amount)) for estimate in estimates])
            )
        return cls(model, shaped(money, (4, len(estimates))), memoryview(bits), codes, memoryview(zero), above)


def codes_of(bits: int, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes for which the bits of a number stand: bit i for code i.

    >>> codes_of(0b101, ("age_beyond_data", "bmi_beyond_data", "few_alike"))
    ('age_beyond_data', 'few_alike')
    """
    return tuple(code for bit, code in enumerate(codes) if bits >> bit & 1)


def bits_of(given: Iterable[str], codes: Sequence[str]) -> int:
    """Return the number whose bits stand for codes, the inverse of `codes_of`."""
    return sum(1 << codes.index(code) for code in given)


def shaped(numbers: array[float], shape: tuple[int, int]) -> memoryview[float]:
    """View n x m doubles as a table; of no rows, as the empty vector that a buffer can be."""
    flat: memoryview[float] = memoryview(numbers)
    return flat.cast("B").cast("d", shape) if flat else flat


def table_of(facts: Column[Column[float]]) -> memoryview[float]:
    """View rows of numbers, as `Beneficiary.as_numbers` gives them, as the table that a model is asked about."""
    numbers = array("d", chain.from_iterable(facts))
    return shaped(numbers, (len(facts), len(numbers) // len(facts) if len(facts) else 0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The real cost of a year, in USD, once it is reported."""

    charges: float
    recorded_at: datetime

    @classmethod
    def of(cls, charges: float, *, at: datetime) -> Self:
        """Check an outcome that was reported.

        Raises:
            InvalidInput: if the charges are negative, no number, or more than `MOST_CHARGES`.
        """
        if not 0 <= charges <= MOST_CHARGES:
            detail = "must not be negative" if charges < 0 else f"must be at most {MOST_CHARGES:,.0f}"
            raise InvalidInput([FieldError("charges", "range", detail)])
        return cls(charges, at)


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A change of an outcome: who changed it when, to what, and what was there before (None for nothing)."""

    at: datetime
    by: str
    charges: float
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrediction:
    """A prediction that is not recorded yet. Money in USD, whole cents; time in UTC.

    ``owner`` is who asked for it, see `Caller`; None for predictions of before there were owners. ``chance`` is None
    for predictions of before it was recorded.
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
        """Take what is published to record."""
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
    """A recorded answer."""

    id: UUID
    outcome: Outcome | None = None

    @classmethod
    def recorded(cls, new: NewPrediction, id: UUID) -> Self:
        """Give a new prediction the identifier under which it was recorded."""
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
        """Return what the year cost, for sums and means; None where it is not known, or is more than any year costs.

        Outcomes had no upper bound once: those recorded then stay on record, and count nowhere.
        """
        return self.outcome.charges if self.outcome and self.outcome.charges <= MOST_CHARGES else None


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof that a prediction was erased: at the person's ``request``, or by its ``age``. No fact of anybody."""

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
        """Give the owner and the key as one text, which no other owner's key has: neither holds a space."""
        return self.key if self.owner is None else f"{self.owner} {self.key}"

    @property
    def reused(self) -> str:
        """Say that the key came with another body."""
        return f"idempotency key {self.key!r} came with another body before"


BY_TIME: Final = "time"
BY_TYPICAL: Final = "typical"
BY_EXPECTED: Final = "expected"


def sort_keys(schema: Schema) -> tuple[str, ...]:
    """Return what predictions can be put in order by; ties are broken by identifier, which is time."""
    return (BY_TIME, *(fact.name for fact in schema.numeric), BY_TYPICAL, BY_EXPECTED)


def sort_value(by: str, prediction: NewPrediction) -> float | None:
    """Return the value of a prediction by which it is put in order; of time, the seconds since 1970.

    None is a fact that is not given: such predictions come last.
    """
    if by == BY_TIME:
        return prediction.created_at.timestamp()
    if by in (BY_TYPICAL, BY_EXPECTED):
        return prediction.typical if by == BY_TYPICAL else prediction.expected
    value = prediction.beneficiary[by]
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionQuery:
    """Which predictions to review, and in which order: newest first unless told otherwise.

    Args:
        limit: how many at most, 1-500.
        before: only predictions that come, in this order, after the one with this identifier (the keyset cursor).
        past: the value of ``by`` at the cursor; not needed in the order of time.
        by: what to put in order by, one of `sort_keys`.
        rising: smallest (oldest) first instead of largest (newest) first.
        owner: only predictions of this owner; None for everybody's.
        since: only predictions made at this time (UTC) or later.
        where: only people with these values of choices and flags, by the fact's name.
    """

    limit: int = 50
    before: UUID | None = None
    past: float | None = None
    by: str = BY_TIME
    rising: bool = False
    owner: str | None = None
    since: datetime | None = None
    where: Mapping[str, Value] = field(default_factory=dict[str, Value])

    def following(self, last: Prediction) -> PredictionQuery:
        """Give the query for what comes after ``last``."""
        return replace(self, before=last.id, past=sort_value(self.by, last))

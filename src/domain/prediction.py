"""A prediction: what was asked, what was answered, by which model; and what the year really cost."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from domain.beneficiary import FACTS, Beneficiary
from domain.cost import QUANTILE_LEVELS, Contribution, CostDistribution, Interval

if TYPE_CHECKING:
    from domain.claims import Column


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which model answered: the registered version and the SHA-256 of its manifest."""

    version: int
    digest: str


CAUTION_CODES: Final = ("age_beyond_data", "bmi_beyond_data", "children_beyond_data", "few_alike")
"""All cautions there are, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning that the model is guessing.

    ``code`` is stable and for programs, one of `CAUTION_CODES`. ``field`` is one of the six facts, or empty where the
    combination is rare.
    """

    code: str
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a model says of one beneficiary."""

    cost: CostDistribution
    cautions: tuple[Caution, ...]
    model: ModelReference


@dataclass(frozen=True, slots=True)
class EstimateColumns:
    """What one model says of n beneficiaries: n `Estimate` as numbers, without an object for each.

    Args:
        model: which model.
        numbers: n x 100 doubles, C-contiguous: the mean and the 99 quantiles at `QUANTILE_LEVELS`, USD.
        cautions: of the rows that have any, by row.
    """

    model: ModelReference
    numbers: memoryview[float]
    cautions: Mapping[int, tuple[Caution, ...]]

    @classmethod
    def of(cls, model: ModelReference, estimates: Sequence[Estimate]) -> Self:
        """Write estimates of one model down as numbers."""
        numbers = array("d")
        for one in estimates:
            numbers.append(one.cost.mean)
            numbers.extend(one.cost.quantiles)
        shape = (len(estimates), 1 + len(QUANTILE_LEVELS))
        cautions = {row: one.cautions for row, one in enumerate(estimates) if one.cautions}
        return cls(model, shaped(numbers, shape), cautions)


@dataclass(frozen=True, slots=True)
class PublishedColumns:
    """What is published of n beneficiaries, as columns, without an object for each.

    Args:
        model: which model.
        money: 4 x n doubles, C-contiguous: expected, typical, low and high, USD, rounded as `NewPrediction.of` does.
        cautions: n numbers, see `codes_of`.
    """

    model: ModelReference
    money: memoryview[float]
    cautions: memoryview[int]

    @classmethod
    def of(cls, model: ModelReference, estimates: Sequence[Estimate]) -> Self:
        """Publish estimates of one model."""
        intervals = [one.cost.interval() for one in estimates]
        money = array("d", [one.cost.expected for one in estimates])
        money.extend(one.cost.typical for one in estimates)
        money.extend(one.low for one in intervals)
        money.extend(one.high for one in intervals)
        cautions = bytes(sum(1 << CAUTION_CODES.index(one.code) for one in each.cautions) for each in estimates)
        return cls(model, shaped(money, (4, len(estimates))), memoryview(cautions))


def codes_of(cautions: int) -> tuple[str, ...]:
    """Give the codes for which the bits of a number stand: bit i for `CAUTION_CODES` i.

    >>> codes_of(0b1001)
    ('age_beyond_data', 'few_alike')
    """
    return tuple(code for bit, code in enumerate(CAUTION_CODES) if cautions >> bit & 1)


def shaped(numbers: array[float], shape: tuple[int, int]) -> memoryview[float]:
    """View n x m doubles as a table; of no rows, as the empty vector that a buffer can be."""
    flat: memoryview[float] = memoryview(numbers)
    return flat.cast("B").cast("d", shape) if flat else flat


def table_of(facts: Column[Column[float]]) -> memoryview[float]:
    """View rows of six numbers, as `Beneficiary.as_numbers` gives them, as the table that a model is asked about."""
    return shaped(array("d", chain.from_iterable(facts)), (len(facts), len(FACTS)))


@dataclass(frozen=True, slots=True)
class PeopleAlike:
    """How the training rows nearest to a beneficiary really came out, in USD a year.

    ``count`` people of ``total`` are alike: same smoking, near in age, BMI and children.
    The three quartiles are None where nobody is alike.
    """

    count: int
    total: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The dollars behind each fact: ``baseline`` plus all ``contributions`` is ``expected``, to the cent."""

    baseline: float
    contributions: tuple[Contribution, ...]
    expected: float
    alike: PeopleAlike
    model: ModelReference


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the year really cost, in USD, once it is known."""

    charges: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrediction:
    """A prediction that is not recorded yet. Money in USD, whole cents; time in UTC."""

    created_at: datetime
    beneficiary: Beneficiary
    expected: float
    typical: float
    interval: Interval
    cautions: tuple[Caution, ...]
    model: ModelReference

    @classmethod
    def of(cls, beneficiary: Beneficiary, estimate: Estimate, *, at: datetime) -> Self:
        """Round an estimate once, to what is published and recorded."""
        return cls(
            created_at=at,
            beneficiary=beneficiary,
            expected=estimate.cost.expected,
            typical=estimate.cost.typical,
            interval=estimate.cost.interval(),
            cautions=estimate.cautions,
            model=estimate.model,
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
        )


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof that a prediction was erased: at the person's ``request``, or by its ``age``. No fact of anybody."""

    prediction_id: UUID
    erased_at: datetime
    reason: Literal["request", "age"]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's promise that two requests with the same ``key`` are one.

    ``fingerprint`` is the SHA-256 of the request's body: the same key with another body is a mistake.
    """

    key: str
    fingerprint: str


class SortKey(StrEnum):
    """What predictions can be put in order by; ties are broken by identifier, which is time."""

    TIME = "time"
    AGE = "age"
    BMI = "bmi"
    CHILDREN = "children"
    TYPICAL = "typical"
    EXPECTED = "expected"

    def of(self, prediction: NewPrediction) -> float:
        """Give the value of a prediction; of time, the seconds since 1970."""
        who = prediction.beneficiary
        values = {
            SortKey.TIME: prediction.created_at.timestamp(),
            SortKey.AGE: who.age,
            SortKey.BMI: who.bmi,
            SortKey.CHILDREN: who.children,
            SortKey.TYPICAL: prediction.typical,
            SortKey.EXPECTED: prediction.expected,
        }
        return values[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionQuery:
    """Which predictions to review, and in which order: newest first unless told otherwise.

    Args:
        limit: how many at most, 1-500.
        before: only predictions that come, in this order, after the one with this identifier (the keyset cursor).
        past: the value of ``by`` at the cursor; not needed in the order of time.
        by: what to put in order by.
        rising: smallest (oldest) first instead of largest (newest) first.
        since: only predictions made at this time (UTC) or later.
        smoker: only smokers, or only non-smokers.
        sex: only this sex on record.
        region: only this region.
    """

    limit: int = 50
    before: UUID | None = None
    past: float | None = None
    by: SortKey = SortKey.TIME
    rising: bool = False
    since: datetime | None = None
    smoker: bool | None = None
    sex: str | None = None
    region: str | None = None

    def following(self, last: Prediction) -> PredictionQuery:
        """Give the query for what comes after ``last``."""
        return replace(self, before=last.id, past=self.by.of(last))

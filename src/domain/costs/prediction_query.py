"""Queries of recorded predictions: which of them, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.people.fact import Value

if TYPE_CHECKING:
    from domain.costs.prediction import NewPrediction, Prediction
    from domain.people.schema import Schema

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
        limit: the most predictions, 1-500.
        before: only predictions that come, in this order, after the one with this identifier (the keyset cursor).
        past: the value of ``by`` at the cursor; not needed in the order of time.
        by: the key of the order, one of `sort_keys`.
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
        """Return the query for what comes after ``last``."""
        return replace(self, before=last.id, past=sort_value(self.by, last))

"""The shapes of predictions and of their outcomes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.costs.prediction import MOST_CHARGES
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
    from collections.abc import Sequence

    from domain.costs.prediction import OutcomeChange, Prediction


class OutcomeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the year really cost."""

    charges: Annotated[float, Meta(ge=0, le=MOST_CHARGES, description="{currency}")]


class OutcomeOut(msgspec.Struct, frozen=True):
    """What the year really cost, and when that became known."""

    charges: Money
    recorded_at: datetime


class OutcomeChangeOut(msgspec.Struct, frozen=True):
    """A change of an outcome: who made it when, the charges since then, and those before (null for none)."""

    at: datetime
    by: Annotated[str, Meta(description="The owner: `key:<id>`, `page:<visitor>` or `local`")]
    charges: Money
    before: float | None


class OutcomeChangesOut(msgspec.Struct, frozen=True):
    """All changes of an outcome, oldest first."""

    changes: list[OutcomeChangeOut]

    @classmethod
    def of(cls, changes: Sequence[OutcomeChange]) -> OutcomeChangesOut:
        """Shape changes."""
        return cls([OutcomeChangeOut(one.at, one.by, one.charges, one.before) for one in changes])


class PredictionOut(msgspec.Struct, frozen=True):
    """What a year is likely to cost: the mean, the median and a range; recorded."""

    id: UUID
    created_at: datetime
    beneficiary: FactsOut
    expected: Money
    typical: Money
    interval: IntervalOut
    chance: Annotated[ChanceOut | None, Meta(description="Null for what was recorded before there were chances")]
    warnings: list[WarningOut]
    model: ModelOut
    outcome: OutcomeOut | None
    about: Annotated[AboutOut | UnsetType, Meta(description="Left out where predictions are listed")] = UNSET
    owner: Annotated[
        str | UnsetType | None,
        Meta(description="Told to keys that see all: `key:<id>`, `page:<visitor>`, `local`, null where none is known"),
    ] = UNSET

    @classmethod
    def of(cls, made: Prediction, about: AboutOut | UnsetType = UNSET, *, tells_owner: bool = False) -> PredictionOut:
        """Shape a prediction."""
        return cls(
            id=made.id,
            created_at=made.created_at,
            beneficiary=made.beneficiary.as_facts(),
            expected=made.expected,
            typical=made.typical,
            interval=IntervalOut(made.interval.level, made.interval.low, made.interval.high),
            chance=None if made.chance is None else ChanceOut.of(made.chance),
            warnings=[WarningOut.of(caution) for caution in made.cautions],
            model=ModelOut.of(made.model),
            outcome=OutcomeOut(made.outcome.charges, made.outcome.recorded_at) if made.outcome else None,
            about=about,
            owner=made.owner if tells_owner else UNSET,
        )


class PageOut(msgspec.Struct, frozen=True):
    """Recorded predictions, newest first. ``next`` is the cursor of the page after this one."""

    predictions: list[PredictionOut]
    next: str | None


class BadRow(msgspec.Struct, frozen=True, gc=False):
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
    unused_columns: Annotated[
        list[str] | UnsetType,
        Meta(description="Columns of a CSV that nothing was read from; left out if there are none"),
    ] = UNSET

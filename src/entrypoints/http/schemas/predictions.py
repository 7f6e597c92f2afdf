"""Schemas of predictions and their outcomes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.costs.batches import PredictionBatch
from domain.costs.distribution import INTERVAL_LEVEL
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
    facts_type,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import OutcomeChange, Prediction


_NO_WARNINGS: Final[list[WarningOut]] = []


class OutcomeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The observed cost of the year."""

    charges: Annotated[float, Meta(ge=0, le=MOST_CHARGES, description="{currency}")]


class OutcomeOut(msgspec.Struct, frozen=True):
    """The observed cost of the year, and the time when it was reported."""

    charges: Money
    recorded_at: datetime


class OutcomeChangeOut(msgspec.Struct, frozen=True):
    """A change of an outcome: its author and time, the new charges, and the previous charges (null for none)."""

    at: datetime
    by: Annotated[str, Meta(description="The owner: `key:<id>`, `page:<visitor>` or `local`")]
    charges: Money
    before: float | None


class OutcomeChangesOut(msgspec.Struct, frozen=True):
    """All changes of an outcome, oldest first."""

    changes: list[OutcomeChangeOut]

    @classmethod
    def of(cls, changes: Sequence[OutcomeChange]) -> OutcomeChangesOut:
        """Convert changes."""
        return cls([OutcomeChangeOut(change.at, change.by, change.charges, change.before) for change in changes])


class PredictionOut(msgspec.Struct, frozen=True):
    """A recorded prediction of a year's cost: its mean, its median and a range."""

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
    def of(cls, made: Prediction, about: AboutOut | UnsetType = UNSET, *, shows_owner: bool = False) -> PredictionOut:
        """Convert a prediction."""
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
            owner=made.owner if shows_owner else UNSET,
        )

    @classmethod
    def several(cls, made: Sequence[Prediction]) -> list[PredictionOut]:
        """Convert predictions of one request, a batch of them from its columns."""
        if not isinstance(made, PredictionBatch):
            return [cls.of(prediction) for prediction in made]
        people, published = made.new.people, made.new.published
        facts_out, model = facts_type(people.schema.names), ModelOut.of(published.model)
        warnings = {row: [*map(WarningOut.of, cautions)] for row, cautions in published.cautions.items()}
        figures = (published.expected, published.typical, published.low, published.high, published.zero)
        return [
            cls(
                id,
                made.new.created_at,
                facts_out(*values),  # type: ignore[arg-type]  # encoded like the dictionary, and made in a tenth of the time
                expected,
                typical,
                IntervalOut(INTERVAL_LEVEL, low, high),
                ChanceOut(zero),
                warnings.get(row, _NO_WARNINGS),
                model,
                None,
            )
            for row, (id, values, expected, typical, low, high, zero) in enumerate(
                zip(made.ids, people.values, *figures, strict=True)
            )
        ]


class PageOut(msgspec.Struct, frozen=True):
    """A page of recorded predictions, newest first; ``next`` is the cursor of the following page."""

    predictions: list[PredictionOut]
    next: str | None


class BadRow(msgspec.Struct, frozen=True, gc=False):
    """A broken rule in a row of a batch; rows count from 1, without a CSV header."""

    row: Annotated[int, Meta(ge=1)]
    pointer: Annotated[str, Meta(description="JSON pointer inside the row; empty for the row as a whole")]
    code: str
    detail: Text


class BatchOut(msgspec.Struct, frozen=True):
    """Predictions of the valid rows, in their order, and the mistakes of the other rows."""

    predictions: list[PredictionOut]
    errors: list[BadRow]
    about: Annotated[AboutOut | UnsetType, Meta(description="Left out where no row was good")] = UNSET
    unused_columns: Annotated[
        list[str] | UnsetType,
        Meta(description="Columns of a CSV that nothing was read from; left out if there are none"),
    ] = UNSET

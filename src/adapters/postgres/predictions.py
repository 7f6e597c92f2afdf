"""Predictions in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select, update

from adapters.common.batching import Observer, unobserved
from adapters.postgres.engine import translated
from adapters.postgres.history import count_statement, outcomes_statement, page_statement, sample_statement
from adapters.postgres.key_locks import KeyLocks
from adapters.postgres.prediction_table import PREDICTIONS
from adapters.postgres.recorded_facts import RecordedFacts
from adapters.postgres.recorder import PredictionRecorder, new_id
from adapters.postgres.rows import entity
from adapters.postgres.schemas import require_schema
from adapters.postgres.tables import ERASURES, OUTCOME_CHANGES
from domain.costs.prediction import Erasure, OutcomeChange, Prediction
from domain.errors import PredictionNotFound
from domain.monitoring.hours import Outcomes
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.costs.prediction import Idempotency, ModelReference, NewPrediction, Outcome
    from domain.costs.prediction_query import PredictionQuery
    from domain.people.schema import Schema


class PostgresPredictions(PredictionRepository):
    """Records predictions; those that come while a commit is under way share the next commit.

    Args:
        engine: shared with other adapters of this database.
        schema: the schema of the people on record.
        deadline: seconds after which a record counts as failed.
        keys_live: the time until an idempotency key expires.
        observe: called with the number of records of each commit.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        schema: Schema,
        *,
        deadline: float = 5.0,
        keys_live: timedelta = timedelta(days=1),
        observe: Observer = unobserved,
    ) -> None:
        self._engine = engine
        self._facts = RecordedFacts.of(schema)
        self._locks = KeyLocks(engine)
        self._recorder = PredictionRecorder(
            engine, self._facts, deadline=deadline, keys_live=keys_live, observe=observe
        )

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction, see `PredictionRecorder.add`."""
        return await self._recorder.add(new, idempotency=idempotency)

    async def add_all(
        self, new: Sequence[NewPrediction], *, idempotency: Idempotency | None = None
    ) -> Sequence[Prediction]:
        """Record predictions, see `PredictionRecorder.add_all`."""
        return await self._recorder.add_all(new, idempotency=idempotency)

    def alone(self, idempotency: Idempotency) -> AbstractAsyncContextManager[None]:
        """Hold an advisory lock of the key while the block runs."""
        return self._locks.held(idempotency)

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Return the prediction of a key."""
        return await self._recorder.replay(idempotency, at=at)

    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        """Return the predictions of a key, see `PredictionRecorder.replay_all`."""
        return await self._recorder.replay_all(idempotency, at=at)

    async def forget_keys(self, *, at: datetime) -> int:
        """Delete expired idempotency keys."""
        return await self._recorder.forget_keys(at=at)

    async def get(self, id: UUID) -> Prediction:
        """Return a prediction."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.id == id))).mappings().first()
        return self._entity(_existing(row, id))

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Return a page of the predictions that match, from the ends of ranges of an index."""
        return await self._all(page_statement(query, self._facts))

    async def count(self, query: PredictionQuery) -> int:
        """Count the predictions that match."""
        return await self._number(count_statement(query, self._facts))

    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        """Erase a prediction and its idempotency key."""
        erased = await self._erase(PREDICTIONS.c.id == id, "request", at)
        if not erased:
            raise _not_found(id)
        return Erasure(id, at, "request")

    async def erasure(self, id: UUID) -> Erasure | None:
        """Return the proof of an erasure."""
        with translated():
            async with self._engine.connect() as connection:
                result = await connection.execute(select(ERASURES).where(ERASURES.c.prediction_id == id))
                row = result.first()
        return Erasure(*row) if row else None

    async def count_older(self, than: datetime) -> int:
        """Count the predictions before a time."""
        statement = select(func.count()).select_from(PREDICTIONS).where(PREDICTIONS.c.created_at < than)
        return await self._number(statement)

    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Erase the oldest predictions before a time, and their idempotency keys."""
        table = PREDICTIONS.c
        oldest = select(table.id).where(table.created_at < than).order_by(table.id).limit(limit)
        return await self._erase(table.id.in_(oldest), "age", at)

    async def record_outcome(self, id: UUID, outcome: Outcome, *, by: str = "") -> Prediction:
        """Add an outcome, and its change, in one transaction."""
        mine = PREDICTIONS.c.id == id
        # of two concurrent changes, the second waits here, and then sees the first one
        standing = select(PREDICTIONS.c.outcome).where(mine).with_for_update(key_share=True)
        changed = (
            update(PREDICTIONS)
            .where(mine)
            .values(outcome=outcome.charges, outcome_at=outcome.recorded_at)
            .returning(PREDICTIONS)
        )
        with translated():
            async with self._engine.begin() as connection:
                before = (await connection.execute(standing)).scalar()
                row = (await connection.execute(changed)).mappings().first()
                if row is not None:
                    change = OutcomeChange(outcome.recorded_at, by, outcome.charges, before)
                    change_row = {"id": new_id(), "prediction_id": id, **asdict(change)}
                    await connection.execute(insert(OUTCOME_CHANGES), change_row)
        return self._entity(_existing(row, id))

    async def outcome_changes(self, id: UUID) -> Sequence[OutcomeChange]:
        """Return the changes of a prediction's outcome."""
        column = OUTCOME_CHANGES.c
        statement = select(column.at, column.by, column.charges, column.before).where(column.prediction_id == id)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(statement.order_by(column.id))
                return [OutcomeChange(*row) for row in rows]

    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Return predictions whose outcomes came in since a time, from the end of a partial index."""
        table = PREDICTIONS.c
        last_first = (table.outcome_at.desc(), table.id.desc())
        return await self._all(select(PREDICTIONS).where(table.outcome_at >= since).order_by(*last_first).limit(limit))

    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Read all predictions since a time, and draw from them."""
        return await self._all(sample_statement(model, since, limit=limit, outcomes=outcomes))

    async def outcomes_by_hour(self, since: datetime) -> Mapping[datetime, Outcomes]:
        """Sum up outcomes by hour, by a partial index."""
        with translated():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(outcomes_statement(since))).mappings().all()
        return {row["hour"]: Outcomes(**{name: row[name] for name in Outcomes.__dataclass_fields__}) for row in rows}

    async def check(self) -> None:
        """Check that this code may serve with the database, and that recorded people are of the same schema."""
        await require_schema(self._engine, self._facts.schema)

    async def _erase(self, which: ColumnElement[bool], reason: str, at: datetime) -> int:
        """Delete predictions and record the proofs, in one statement; return their number."""
        gone = delete(PREDICTIONS).where(which).returning(PREDICTIONS.c.id).cte("gone")
        proof = insert(ERASURES).from_select(
            list(ERASURES.c), select(gone.c.id, literal(at, ERASURES.c.erased_at.type), literal(reason))
        )
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(proof)).rowcount

    async def _all(self, statement: Select[Any]) -> list[Prediction]:
        with translated():
            async with self._engine.connect() as connection:
                return [self._entity(row) for row in (await connection.execute(statement)).mappings()]

    async def _number(self, statement: Select[Any]) -> int:
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).scalar_one()

    def _entity(self, row: Mapping[Any, Any]) -> Prediction:
        return entity(row, self._facts.schema)


def _not_found(id: UUID) -> PredictionNotFound:
    message = f"there is no prediction {id}"
    return PredictionNotFound(message)


def _existing(row: Mapping[Any, Any] | None, id: UUID) -> Mapping[Any, Any]:
    if row is None:
        raise _not_found(id)
    return row

"""Predictions in PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import Text, Uuid, any_, bindparam, delete, func, insert, literal, not_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from uuid_utils import uuid7

from adapters.common.batching import Coalesced, Observer, unobserved
from adapters.postgres.engine import driver_of, translated
from adapters.postgres.history import count_statement, outcomes_statement, page_statement, sample_statement
from adapters.postgres.key_locks import KeyLocks
from adapters.postgres.prediction_table import PREDICTIONS
from adapters.postgres.recorded_facts import RecordedFacts
from adapters.postgres.recording import NewRecord, claim, copy, record
from adapters.postgres.rows import entity
from adapters.postgres.schemas import require_schema
from adapters.postgres.tables import ERASURES, IDEMPOTENCY_KEYS, OUTCOME_CHANGES
from domain.costs.batches import NewBatch, PredictionBatch
from domain.costs.prediction import Erasure, OutcomeChange, Prediction
from domain.errors import IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
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

_AT_ONCE: Final = 256
"""The most records in one commit: with more, the first one waits for the last, and records are hardly faster."""
_ROOM: Final = 1024
"""The most records that may wait for a commit: they take a quarter of a second."""


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """A recorded prediction, with the fingerprint and the time of its idempotency key, if it has one."""

    prediction: Prediction
    fingerprint: str
    created_at: datetime


class PostgresPredictions(PredictionRepository):
    """Records predictions; those that come while a commit is under way share the next commit.

    Args:
        engine: shared with other adapters of this database.
        schema: of the people on record.
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
        self._keys_live = keys_live
        self._locks = KeyLocks(engine)
        self._records = Coalesced(
            work=self._record,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=deadline,
            unavailable=RepositoryUnavailable,
            observe=observe,
        )
        self._replays = Coalesced(
            work=self._find, at_once=_AT_ONCE, room=_ROOM, deadline=deadline, unavailable=RepositoryUnavailable
        )

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction with its idempotency key, in a transaction that others may share."""
        record_to_add = NewRecord(Prediction.recorded(new, _new_id()), idempotency)
        while True:
            stored = await self._records(record_to_add)
            if stored is None and idempotency:
                stored = await self._replays(idempotency.scoped)
            if stored:
                return _same(stored, idempotency) if idempotency else stored.prediction
            # the prediction of the key was erased between the two statements: the key is free again

    async def add_all(
        self, new: Sequence[NewPrediction], *, idempotency: Idempotency | None = None
    ) -> Sequence[Prediction]:
        """Record predictions by COPY, with the idempotency key, in one transaction."""
        ids = [_new_id() for _ in range(len(new))]  # of a batch, no object is made
        predictions = _recorded(new, ids)
        while new:
            with translated():
                async with driver_of(self._engine) as driver, driver.transaction():
                    free = not idempotency or await claim(
                        driver, idempotency, ids, at=new[0].created_at, keys_live=self._keys_live
                    )
                    if free:
                        await copy(driver, predictions, self._facts.columns)
            if free or not idempotency:
                return predictions
            if earlier := await self.replay_all(idempotency, at=new[0].created_at):
                return earlier
        return []

    def alone(self, idempotency: Idempotency) -> AbstractAsyncContextManager[None]:
        """Hold an advisory lock of the key while the block runs."""
        return self._locks.held(idempotency)

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Return the prediction of a key."""
        stored = await self._replays(idempotency.scoped)
        if stored is None or abs(at - stored.created_at) > self._keys_live:
            return None
        return _same(stored, idempotency)

    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        """Return the predictions of a key; remove the key if some of its predictions were erased."""
        column = IDEMPOTENCY_KEYS.c
        mine = column.key == idempotency.scoped
        statement = select(IDEMPOTENCY_KEYS).where(mine, self._live(at))
        with translated():
            async with self._engine.begin() as connection:
                key_row = (await connection.execute(statement)).mappings().first()
                if key_row is None:
                    return None
                if key_row["fingerprint"] != idempotency.fingerprint:
                    raise _reused(idempotency)
                ids = key_row["prediction_ids"] or [key_row["prediction_id"]]
                recorded = (
                    select(PREDICTIONS)
                    .where(PREDICTIONS.c.id == any_(bindparam("ids", ids, type_=ARRAY(Uuid))))
                    .order_by(PREDICTIONS.c.id)
                )
                rows = (await connection.execute(recorded)).mappings().all()
                if len(rows) < len(ids):
                    await connection.execute(delete(IDEMPOTENCY_KEYS).where(mine))
                    return None
        return await asyncio.to_thread(lambda: [self._entity(row) for row in rows])

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

    async def forget_keys(self, *, at: datetime) -> int:
        """Delete expired idempotency keys."""
        with translated():
            async with self._engine.begin() as connection:
                gone = await connection.execute(delete(IDEMPOTENCY_KEYS).where(not_(self._live(at))))
                return gone.rowcount

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
                    change_row = {"id": _new_id(), "prediction_id": id, **asdict(change)}
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

    def _live(self, at: datetime) -> ColumnElement[bool]:
        """Return the condition of valid keys; keys from the future, of before the clock was set back, are invalid."""
        return IDEMPOTENCY_KEYS.c.created_at.between(at - self._keys_live, at + self._keys_live)

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

    async def _record(self, group: Sequence[NewRecord]) -> Sequence[StoredPrediction | None]:
        """Record a group; return None for predictions whose key was taken before."""
        first: dict[str, NewRecord] = {}  # of twins in a group, the first is recorded, for all
        for new_record in group:
            if new_record.idempotency:
                first.setdefault(new_record.idempotency.scoped, new_record)
        mine = [
            new_record
            for new_record in group
            if not new_record.idempotency or first[new_record.idempotency.scoped] is new_record
        ]
        with translated():
            async with driver_of(self._engine) as driver:
                claimed = await record(driver, mine, self._facts.columns, keys_live=self._keys_live)
        stored = {
            key: _stored(new_record) if new_record.prediction.id in claimed else None
            for key, new_record in first.items()
        }
        return [
            stored[new_record.idempotency.scoped] if new_record.idempotency else _stored(new_record)
            for new_record in group
        ]

    async def _find(self, keys: Sequence[str]) -> Sequence[StoredPrediction | None]:
        """Return the predictions of keys, None where there is none."""
        column = IDEMPOTENCY_KEYS.c
        kept_at = column.created_at.label("kept_at")
        joined = PREDICTIONS.c.id == column.prediction_id
        statement = select(PREDICTIONS, column.key, column.fingerprint, kept_at).join(IDEMPOTENCY_KEYS, joined)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(
                    statement.where(column.key == any_(bindparam("keys", keys, type_=ARRAY(Text))))
                )
                by_key = {
                    row["key"]: StoredPrediction(self._entity(row), row["fingerprint"], row["kept_at"])
                    for row in rows.mappings()
                }
        return [by_key.get(key) for key in keys]


def _recorded(new: Sequence[NewPrediction], ids: Sequence[UUID]) -> Sequence[Prediction]:
    if isinstance(new, NewBatch):
        return PredictionBatch(new, ids)
    return [Prediction.recorded(new_prediction, id) for new_prediction, id in zip(new, ids, strict=True)]


def _stored(new_record: NewRecord) -> StoredPrediction:
    return StoredPrediction(
        new_record.prediction,
        new_record.idempotency.fingerprint if new_record.idempotency else "",
        new_record.prediction.created_at,
    )


def _same(stored: StoredPrediction, idempotency: Idempotency) -> Prediction:
    if stored.fingerprint != idempotency.fingerprint:
        raise _reused(idempotency)
    return stored.prediction


def _reused(idempotency: Idempotency) -> IdempotencyKeyReused:
    return IdempotencyKeyReused(idempotency.reused)


def _new_id() -> UUID:
    return pgproto.UUID(uuid7().bytes)  # asyncpg's own is made and sent in half the time of the standard library's


def _not_found(id: UUID) -> PredictionNotFound:
    message = f"there is no prediction {id}"
    return PredictionNotFound(message)


def _existing(row: Mapping[Any, Any] | None, id: UUID) -> Mapping[Any, Any]:
    if row is None:
        raise _not_found(id)
    return row

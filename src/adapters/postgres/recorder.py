"""Recording of predictions once for each idempotency key, and the answers that are sent again for a key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import Text, Uuid, any_, bindparam, delete, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from uuid_utils import uuid7

from adapters.common.batching import Coalesced, Observer
from adapters.postgres.engine import driver_of, translated
from adapters.postgres.prediction_table import PREDICTIONS
from adapters.postgres.recorded_facts import RecordedFacts
from adapters.postgres.recording import NewRecord, claim, copy, record
from adapters.postgres.rows import entity
from adapters.postgres.tables import IDEMPOTENCY_KEYS
from domain.costs.batches import NewBatch, PredictionBatch
from domain.costs.prediction import Prediction
from domain.errors import IdempotencyKeyReused, RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.costs.prediction import Idempotency, NewPrediction

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


class PredictionRecorder:
    """Records predictions once for each idempotency key; those that come during a commit share the next one.

    Args:
        engine: shared with other adapters of this database.
        facts: the facts of the people on record.
        deadline: seconds after which a record counts as failed.
        keys_live: the time until an idempotency key expires.
        observe: called with the number of records of each commit.
    """

    def __init__(
        self, engine: AsyncEngine, facts: RecordedFacts, *, deadline: float, keys_live: timedelta, observe: Observer
    ) -> None:
        self._engine = engine
        self._facts = facts
        self._keys_live = keys_live
        self._records = Coalesced(
            work=self._record,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=deadline,
            unavailable=RepositoryUnavailable,
            part="the database",
            observe=observe,
        )
        self._replays = Coalesced(
            work=self._find,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=deadline,
            unavailable=RepositoryUnavailable,
            part="the database",
        )

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction with its idempotency key, in a transaction that others may share."""
        record_to_add = NewRecord(Prediction.recorded(new, new_id()), idempotency)
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
        ids = [new_id() for _ in range(len(new))]  # of a batch, no object is made
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
        return await asyncio.to_thread(lambda: [entity(row, self._facts.schema) for row in rows])

    async def forget_keys(self, *, at: datetime) -> int:
        """Delete expired idempotency keys."""
        with translated():
            async with self._engine.begin() as connection:
                gone = await connection.execute(delete(IDEMPOTENCY_KEYS).where(not_(self._live(at))))
                return gone.rowcount

    def _live(self, at: datetime) -> ColumnElement[bool]:
        """Return the condition of valid keys; keys from the future, of before the clock was set back, are invalid."""
        return IDEMPOTENCY_KEYS.c.created_at.between(at - self._keys_live, at + self._keys_live)

    async def _record(self, group: Sequence[NewRecord]) -> Sequence[StoredPrediction | None]:
        """Record a group; return None for predictions whose key was taken before."""
        first: dict[str, NewRecord] = {}  # of several requests with one key, the first is recorded, for all
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
        keyed_at = column.created_at.label("keyed_at")
        joined = PREDICTIONS.c.id == column.prediction_id
        statement = select(PREDICTIONS, column.key, column.fingerprint, keyed_at).join(IDEMPOTENCY_KEYS, joined)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(
                    statement.where(column.key == any_(bindparam("keys", keys, type_=ARRAY(Text))))
                )
                by_key = {
                    row["key"]: StoredPrediction(entity(row, self._facts.schema), row["fingerprint"], row["keyed_at"])
                    for row in rows.mappings()
                }
        return [by_key.get(key) for key in keys]


def new_id() -> UUID:
    """Return a UUIDv7, by which rows are in the order of time."""
    return pgproto.UUID(uuid7().bytes)  # asyncpg's own is made and sent in half the time of the standard library's


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

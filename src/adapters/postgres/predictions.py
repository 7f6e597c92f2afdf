"""Predictions in PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Text, any_, bindparam, delete, func, insert, literal, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from uuid_utils import uuid7

from adapters.postgres.engine import driver_of, translated
from adapters.postgres.history import page_statement
from adapters.postgres.migrations import head
from adapters.postgres.recording import Wanted, copy, record, values
from adapters.postgres.rows import entity
from adapters.postgres.tables import ERASURES, IDEMPOTENCY_KEYS, PREDICTIONS
from adapters.system.coalesce import Coalesced, Observer, unobserved
from domain.errors import IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
from domain.ports.predictions import PredictionRepository
from domain.prediction import Erasure, Prediction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.prediction import Idempotency, ModelReference, NewPrediction, Outcome, PredictionQuery

_AT_ONCE: Final = 256
"""Records in one commit: more would let the first wait for the last, and are hardly faster by the record."""
_ROOM: Final = 1024
"""Records that may wait for a commit: a quarter of a second's work."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was recorded, and under which idempotency key's fingerprint and age, if under one."""

    prediction: Prediction
    fingerprint: str
    created_at: datetime


class PostgresPredictions(PredictionRepository):
    """Records predictions; those that come while a commit is under way share the next one.

    ``engine`` is shared with whoever else speaks to this database. An idempotency key counts for ``keys_live``.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        deadline: float = 5.0,
        keys_live: timedelta = timedelta(days=1),
        observe: Observer = unobserved,
    ) -> None:
        self._engine = engine
        self._keys_live = keys_live
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
        """Record one, with its idempotency key, in one transaction, which others may share."""
        wanted = Wanted(Prediction.recorded(new, _new_id()), idempotency)
        while True:
            kept = await self._records(wanted)
            if kept is None and idempotency:
                kept = await self._replays(idempotency.key)
            if kept:
                return _same(kept, idempotency) if idempotency else kept.prediction
            # what was recorded under the key was erased between the two looks: the key is free again

    async def add_all(self, new: Sequence[NewPrediction]) -> Sequence[Prediction]:
        """Record all by COPY, in one transaction."""
        # thousands take a while to write down: not on the event loop
        predictions, records = await asyncio.to_thread(_recorded, new)
        if records:
            with translated():
                async with driver_of(self._engine) as driver:
                    await copy(driver, records)
        return predictions

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Find by key."""
        kept = await self._replays(idempotency.key)
        if kept is None or kept.created_at < at - self._keys_live:
            return None
        return _same(kept, idempotency)

    async def get(self, id: UUID) -> Prediction:
        """Find one."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.id == id))).mappings().first()
        return entity(_found(row, id))

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Find those that match, by as many looks at the end of an index as there are kinds of people among them."""
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(page_statement(query))
                return [entity(row) for row in rows.mappings()]

    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        """Forget one; its idempotency key goes with it."""
        erased = await self._erase(PREDICTIONS.c.id == id, "request", at)
        if not erased:
            raise _not_found(id)
        return Erasure(id, at, "request")

    async def erasure(self, id: UUID) -> Erasure | None:
        """Find the proof."""
        with translated():
            async with self._engine.connect() as connection:
                found = await connection.execute(select(ERASURES).where(ERASURES.c.prediction_id == id))
                row = found.first()
        return Erasure(*row) if row else None

    async def count_older(self, than: datetime) -> int:
        """Count."""
        statement = select(func.count()).select_from(PREDICTIONS).where(PREDICTIONS.c.created_at < than)
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).scalar_one()

    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Forget the oldest; their idempotency keys go with them."""
        table = PREDICTIONS.c
        oldest = select(table.id).where(table.created_at < than).order_by(table.id).limit(limit)
        return await self._erase(table.id.in_(oldest), "age", at)

    async def forget_keys(self, *, at: datetime) -> int:
        """Forget expired keys."""
        with translated():
            async with self._engine.begin() as connection:
                gone = await connection.execute(
                    delete(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.created_at < at - self._keys_live)
                )
                return gone.rowcount

    async def record_outcome(self, id: UUID, outcome: Outcome) -> Prediction:
        """Add an outcome."""
        statement = (
            update(PREDICTIONS)
            .where(PREDICTIONS.c.id == id)
            .values(outcome=outcome.charges, outcome_at=outcome.recorded_at)
            .returning(PREDICTIONS)
        )
        with translated():
            async with self._engine.begin() as connection:
                row = (await connection.execute(statement)).mappings().first()
        return entity(_found(row, id))

    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Find those whose outcome came in, from the end of an index that holds no others."""
        table = PREDICTIONS.c
        last_first = (table.outcome_at.desc(), table.id.desc())
        statement = select(PREDICTIONS).where(table.outcome_at >= since).order_by(*last_first).limit(limit)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(statement)
                return [entity(row) for row in rows.mappings()]

    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Read all there is since then, and draw from it by digests of identifiers.

        Not by their random bits themselves: those place an outcome among ties (`pit`), and must be as random among
        the drawn.
        """
        table = PREDICTIONS.c
        drawn = (
            select(table.id)
            .where(
                (table.outcome_at if outcomes else table.created_at) >= since,
                table.model_version == model.version,
                table.model_digest == model.digest,
            )
            # eight bytes of it, with which the drawn fit into the memory of a sort
            .order_by(func.substr(func.sha256(func.uuid_send(table.id)), 1, 8))
            .limit(limit)
        )
        statement = select(PREDICTIONS).where(table.id.in_(drawn)).order_by(table.id)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(statement)
                return [entity(row) for row in rows.mappings()]

    async def check(self) -> None:
        """Return if the schema is the one that this code expects."""
        with translated():
            async with self._engine.connect() as connection:
                revision = (await connection.execute(sql("SELECT version_num FROM alembic_version"))).scalar()
        if revision != head():
            message = f"the database has schema {revision}, this code expects {head()}: run `medcost db upgrade`"
            raise RepositoryUnavailable(message, retry_after=10)

    async def _erase(self, which: ColumnElement[bool], reason: str, at: datetime) -> int:
        """Delete and leave the proof, in one statement. Says how many."""
        gone = delete(PREDICTIONS).where(which).returning(PREDICTIONS.c.id).cte("gone")
        proof = insert(ERASURES).from_select(
            list(ERASURES.c), select(gone.c.id, literal(at, ERASURES.c.erased_at.type), literal(reason))
        )
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(proof)).rowcount

    async def _record(self, group: Sequence[Wanted]) -> Sequence[Kept | None]:
        """Record a group; None for those whose key was taken before."""
        first: dict[str, Wanted] = {}  # of twins in a group, the first is recorded, for all
        for one in group:
            if one.idempotency:
                first.setdefault(one.idempotency.key, one)
        mine = [one for one in group if not one.idempotency or first[one.idempotency.key] is one]
        with translated():
            async with driver_of(self._engine) as driver:
                claimed = await record(driver, mine, keys_live=self._keys_live)
        kept = {key: _kept(one) if one.prediction.id in claimed else None for key, one in first.items()}
        return [kept[one.idempotency.key] if one.idempotency else _kept(one) for one in group]

    async def _find(self, keys: Sequence[str]) -> Sequence[Kept | None]:
        """Find what was recorded under keys, None where there is nothing."""
        column = IDEMPOTENCY_KEYS.c
        kept_at = column.created_at.label("kept_at")
        statement = select(PREDICTIONS, column.key, column.fingerprint, kept_at).join(IDEMPOTENCY_KEYS)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(
                    statement.where(column.key == any_(bindparam("keys", keys, type_=ARRAY(Text))))
                )
                found = {one["key"]: Kept(entity(one), one["fingerprint"], one["kept_at"]) for one in rows.mappings()}
        return [found.get(key) for key in keys]


def _kept(one: Wanted) -> Kept:
    return Kept(one.prediction, one.idempotency.fingerprint if one.idempotency else "", one.prediction.created_at)


def _same(kept: Kept, idempotency: Idempotency) -> Prediction:
    if kept.fingerprint != idempotency.fingerprint:
        message = f"idempotency key {idempotency.key!r} came with another body before"
        raise IdempotencyKeyReused(message)
    return kept.prediction


def _recorded(new: Sequence[NewPrediction]) -> tuple[list[Prediction], list[tuple[Any, ...]]]:
    predictions = [Prediction.recorded(one, _new_id()) for one in new]
    return predictions, [values(one) for one in predictions]


def _new_id() -> UUID:
    return UUID(bytes=uuid7().bytes)


def _not_found(id: UUID) -> PredictionNotFound:
    message = f"there is no prediction {id}"
    return PredictionNotFound(message)


def _found(row: Mapping[Any, Any] | None, id: UUID) -> Mapping[Any, Any]:
    if row is None:
        raise _not_found(id)
    return row

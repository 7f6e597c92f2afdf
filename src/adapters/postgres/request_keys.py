"""Idempotency keys of requests that record no prediction, in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import delete, not_, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import REQUEST_KEYS
from domain.errors import IdempotencyKeyReused
from domain.ports.request_keys import RequestKeys

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.costs.prediction import Idempotency

_COLUMN: Final = REQUEST_KEYS.c


class PostgresRequestKeys(RequestKeys):
    """Keeps a row for each key; of concurrent requests, one waits for the other's commit and gets its identifier."""

    def __init__(self, engine: AsyncEngine, *, keys_live: timedelta = timedelta(hours=24)) -> None:
        self._engine, self._live = engine, keys_live

    async def claim(self, idempotency: Idempotency, *, at: datetime) -> UUID:
        """Insert a key, replace an expired one, or return the identifier of a valid one."""
        new = insert(REQUEST_KEYS).values(
            key=idempotency.scoped,
            fingerprint=idempotency.fingerprint,
            created_id=UUID(bytes=uuid7().bytes),
            created_at=at,
        )
        expired = not_(self._lives(at))
        taken = new.on_conflict_do_update(
            index_elements=[_COLUMN.key],
            set_={name: new.excluded[name] for name in ("fingerprint", "created_id", "created_at")},
            where=expired,
        )
        find = select(_COLUMN.fingerprint, _COLUMN.created_id).where(_COLUMN.key == idempotency.scoped)
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(taken)
                fingerprint, created_id = (await connection.execute(find)).one()
        if fingerprint != idempotency.fingerprint:
            raise IdempotencyKeyReused(idempotency.reused)
        return created_id

    async def find(self, idempotency: Idempotency, *, at: datetime) -> UUID | None:
        """Return the identifier of a valid key, None without one."""
        mine = select(_COLUMN.created_id).where(_COLUMN.key == idempotency.scoped, self._lives(at))
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(mine)).scalar_one_or_none()

    async def forget(self, *, at: datetime) -> int:
        """Delete expired keys."""
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(delete(REQUEST_KEYS).where(not_(self._lives(at))))).rowcount

    def _lives(self, at: datetime) -> ColumnElement[bool]:
        return _COLUMN.created_at.between(at - self._live, at + self._live)

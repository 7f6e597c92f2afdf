"""API keys in PostgreSQL."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import API_KEYS, KEY_USES
from domain.access.keys import ApiKey, KeyUse, Role
from domain.errors import KeyNotFound
from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.ports.clock import Clock


class PostgresKeys(ApiKeys):
    """Keeps keys, never their secrets."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._used: dict[UUID, datetime] = {}

    async def create(self, name: str, role: Role, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key."""
        secret = secrets.token_urlsafe(32)
        key = ApiKey(UUID(bytes=uuid7().bytes), name, role, _digest(secret), self._clock.now(), expires_at=expires_at)
        row = {**asdict(key), "role": role.value}
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(insert(API_KEYS), row)
        return key, secret

    async def find(self, secret: str) -> ApiKey:
        """Return the key with this secret."""
        statement = select(API_KEYS).where(API_KEYS.c.secret_sha256 == _digest(secret))
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(statement)).mappings().first()
        if row is None:
            message = "this API key is not known"
            raise KeyNotFound(message)
        key = _key(row)
        now = self._clock.now()
        key.check(at=now)
        self._used[key.id] = now
        return key

    async def all(self) -> Sequence[ApiKey]:
        """Return all keys."""
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(API_KEYS).order_by(API_KEYS.c.id.desc()))
                return [_key(row) for row in rows.mappings()]

    async def keep_uses(self) -> None:
        """Store the uses of keys, the later one where two processes have one."""
        used = dict(self._used)
        if not used:
            return
        new = upsert(KEY_USES)
        later = func.greatest(KEY_USES.c.used_at, new.excluded.used_at)
        statement = new.on_conflict_do_update(index_elements=["key_id"], set_={"used_at": later})
        with translated():
            async with self._engine.begin() as connection:
                # in one order: of two that write the same keys at once, the second waits for the first
                await connection.execute(statement, [{"key_id": id, "used_at": used[id]} for id in sorted(used)])
        for id, at in used.items():
            if self._used.get(id) == at:  # it may have been used again meanwhile
                del self._used[id]

    async def uses(self) -> Sequence[KeyUse]:
        """Return all keys with their uses, without reading secrets."""
        seen = [API_KEYS.c[name] for name in KeyUse.__dataclass_fields__ if name != "used_at"]
        statement = select(*seen, KEY_USES.c.used_at).outerjoin(KEY_USES, KEY_USES.c.key_id == API_KEYS.c.id)
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(statement.order_by(API_KEYS.c.id.desc()))
                return [KeyUse(**_fields(row)) for row in rows.mappings()]

    async def revoke(self, id: UUID) -> ApiKey:
        """Revoke a key."""
        statement = (
            update(API_KEYS)
            .where(API_KEYS.c.id == id)
            .values(revoked_at=func.coalesce(API_KEYS.c.revoked_at, self._clock.now()))
            .returning(API_KEYS)
        )
        with translated():
            async with self._engine.begin() as connection:
                row = (await connection.execute(statement)).mappings().first()
        if row is None:
            message = f"there is no API key {id}"
            raise KeyNotFound(message)
        return _key(row)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Mapping[Any, Any]) -> ApiKey:
    return ApiKey(**_fields(row))


def _fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**row, "role": Role(row["role"])}

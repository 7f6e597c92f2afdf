"""Locks of idempotency keys, so that one batch at a time runs under each key, among all processes."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from adapters.postgres.engine import translated
from domain.errors import IdempotencyKeyInUse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.costs.prediction import Idempotency

_BATCHES: Final = 4
"""The most batches under keys at a time: each holds a connection, and needs another one to record."""


class KeyLocks:
    """Advisory locks, each on a connection of its own: a lock ends with its connection."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._under_way: set[str] = set()
        self._turns = asyncio.Semaphore(_BATCHES)

    @asynccontextmanager
    async def held(self, idempotency: Idempotency) -> AsyncIterator[None]:
        """Hold the lock of a key while the block runs.

        Raises:
            IdempotencyKeyInUse: if somebody else holds it.
        """
        key = idempotency.scoped
        in_use = IdempotencyKeyInUse(
            f"the first request under idempotency key {idempotency.key!r} is still under way: ask again"
        )
        if key in self._under_way:
            raise in_use
        self._under_way.add(key)
        try:
            async with self._turns:
                number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
                lock = select(func.pg_try_advisory_xact_lock(number))
                with translated():
                    connection = await self._engine.connect()
                try:
                    with translated():
                        free = (await connection.execute(lock)).scalar_one()
                    if not free:
                        raise in_use
                    yield
                finally:
                    with suppress(DBAPIError):  # of a connection that was lost, and the lock with it
                        await connection.close()
        finally:
            self._under_way.discard(key)

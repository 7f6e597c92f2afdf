"""Idempotency keys kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.errors import IdempotencyKeyReused
from domain.ports.request_keys import RequestKeys

if TYPE_CHECKING:
    from datetime import datetime

    from domain.costs.prediction import Idempotency


@dataclass
class MemoryRequestKeys(FailsOnRequest, RequestKeys):
    """Keeps a key's fingerprint, identifier and time."""

    keys_live: timedelta = timedelta(hours=24)
    _keys: dict[str, tuple[str, UUID, datetime]] = field(default_factory=dict)

    async def claim(self, idempotency: Idempotency, *, at: datetime) -> UUID:
        """Return the identifier of a key, and record a new key."""
        self._fail_if_asked()
        entry = self._keys.get(idempotency.scoped)
        if entry is None or abs(at - entry[2]) > self.keys_live:
            entry = self._keys[idempotency.scoped] = idempotency.fingerprint, UUID(bytes=uuid7().bytes), at
        if entry[0] != idempotency.fingerprint:
            raise IdempotencyKeyReused(idempotency.reused)
        return entry[1]

    async def find(self, idempotency: Idempotency, *, at: datetime) -> UUID | None:
        """Return the identifier of a valid key, None without one."""
        self._fail_if_asked()
        entry = self._keys.get(idempotency.scoped)
        return None if entry is None or abs(at - entry[2]) > self.keys_live else entry[1]

    async def forget(self, *, at: datetime) -> int:
        """Remove expired keys."""
        self._fail_if_asked()
        old = [key for key, entry in self._keys.items() if abs(at - entry[2]) > self.keys_live]
        for key in old:
            del self._keys[key]
        return len(old)

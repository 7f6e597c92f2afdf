"""API keys kept in this process."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.access.keys import ApiKey, KeyUse, Role
from domain.errors import KeyNotFound
from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.ports.clock import Clock


@dataclass
class MemoryKeys(FailsOnRequest, ApiKeys):
    """Keeps keys, never their secrets."""

    clock: Clock
    _keys: dict[UUID, ApiKey] = field(default_factory=dict)
    _used: dict[UUID, datetime] = field(default_factory=dict)
    _written: dict[UUID, datetime] = field(default_factory=dict)

    async def create(self, name: str, role: Role, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key."""
        self._fail_if_asked()
        secret = secrets.token_urlsafe(32)
        key = ApiKey(UUID(bytes=uuid7().bytes), name, role, _digest(secret), self.clock.now(), expires_at=expires_at)
        self._keys[key.id] = key
        return key, secret

    async def find(self, secret: str) -> ApiKey:
        """Return the key with this secret."""
        self._fail_if_asked()
        digest = _digest(secret)
        for key in self._keys.values():
            if key.secret_sha256 == digest:
                key.check(at=self.clock.now())
                self._used[key.id] = self.clock.now()
                return key
        message = "this API key is not known"
        raise KeyNotFound(message)

    async def all(self) -> Sequence[ApiKey]:
        """Return all keys."""
        self._fail_if_asked()
        return [self._keys[id_] for id_ in sorted(self._keys, reverse=True)]

    async def keep_uses(self) -> None:
        """Store the uses of keys."""
        self._fail_if_asked()
        self._written |= self._used

    async def uses(self) -> Sequence[KeyUse]:
        """Return all keys."""
        return [
            KeyUse(
                key.id, key.name, key.role, key.created_at, key.revoked_at, key.expires_at, self._written.get(key.id)
            )
            for key in await self.all()
        ]

    async def revoke(self, id: UUID) -> ApiKey:
        """Revoke a key."""
        self._fail_if_asked()
        if id not in self._keys:
            message = f"there is no API key {id}"
            raise KeyNotFound(message)
        if self._keys[id].revoked_at is None:
            self._keys[id] = replace(self._keys[id], revoked_at=self.clock.now())
        return self._keys[id]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

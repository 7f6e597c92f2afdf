"""A cache of verified API keys, so that a request need not ask the database."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.access.keys import ApiKey, KeyUse, Role
    from domain.ports.clock import Clock

_MOST: Final = 10_000


class CachedKeys(ApiKeys):
    """Caches keys for the time ``fresh``: a key that was revoked by another process is accepted for that long.

    The database may be away for that long, too. The cache holds at most 10,000 keys, by the hashes of their secrets;
    unknown keys are not cached.

    Args:
        keys: the keys to cache.
        clock: tells whether a key has expired.
        fresh: the time until a key is looked up again.
        seconds: a monotonic clock, which measures that time.
    """

    def __init__(
        self,
        keys: ApiKeys,
        clock: Clock,
        *,
        fresh: timedelta = timedelta(seconds=5),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys, self._clock, self._fresh, self._seconds = keys, clock, fresh.total_seconds(), seconds
        self._verified: OrderedDict[bytes, tuple[ApiKey, float]] = OrderedDict()

    async def create(self, name: str, role: Role, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key."""
        return await self._keys.create(name, role, expires_at=expires_at)

    async def find(self, secret: str) -> ApiKey:
        """Return the key with this secret."""
        digest, now = hashlib.sha256(secret.encode()).digest(), self._seconds()
        if entry := self._verified.get(digest):
            key, until = entry
            if now < until:
                key.check(at=self._clock.now())
                return key
        key = await self._keys.find(secret)
        self._verified[digest] = key, now + self._fresh
        self._verified.move_to_end(digest)
        if len(self._verified) > _MOST:
            self._verified.popitem(last=False)
        return key

    async def all(self) -> Sequence[ApiKey]:
        """Return all keys."""
        return await self._keys.all()

    async def keep_uses(self) -> None:
        """Store the uses of keys; a key in use is looked up again and again, so that none is lost here."""
        await self._keys.keep_uses()

    async def uses(self) -> Sequence[KeyUse]:
        """Return all keys with their uses."""
        return await self._keys.uses()

    async def revoke(self, id: UUID) -> ApiKey:
        """Revoke a key, and forget it here at once."""
        revoked = await self._keys.revoke(id)
        for digest in [digest for digest, (key, _) in self._verified.items() if key.id == id]:
            del self._verified[digest]
        return revoked

"""API keys that were verified a moment ago: no look into the database for each request."""

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


class KnownKeys(ApiKeys):
    """Asks ``keys`` once in ``fresh`` for each key: one revoked elsewhere still opens for that long.

    It may be that long without a database, too. At most 10,000 keys are remembered, none by its secret; unknown keys
    are not.

    Args:
        keys: where they are kept.
        clock: whether a key has expired is a matter of the time of day.
        fresh: how long a key that was found is not looked up again.
        seconds: counts that: it goes on evenly, whatever is done to the clock.
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
        self._known: OrderedDict[bytes, tuple[ApiKey, float]] = OrderedDict()

    async def create(self, name: str, role: Role, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make one."""
        return await self._keys.create(name, role, expires_at=expires_at)

    async def find(self, secret: str) -> ApiKey:
        """Find one by its secret."""
        digest, now = hashlib.sha256(secret.encode()).digest(), self._seconds()
        if known := self._known.get(digest):
            key, until = known
            if now < until:
                key.check(at=self._clock.now())
                return key
        key = await self._keys.find(secret)
        self._known[digest] = key, now + self._fresh
        self._known.move_to_end(digest)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return key

    async def all(self) -> Sequence[ApiKey]:
        """All of them."""
        return await self._keys.all()

    async def keep_uses(self) -> None:
        """Write them down: a key that is in use is looked up again and again."""
        await self._keys.keep_uses()

    async def uses(self) -> Sequence[KeyUse]:
        """All keys."""
        return await self._keys.uses()

    async def revoke(self, id: UUID) -> ApiKey:
        """Revoke one; here it is forgotten at once."""
        revoked = await self._keys.revoke(id)
        for digest in [digest for digest, (key, _) in self._known.items() if key.id == id]:
            del self._known[digest]
        return revoked

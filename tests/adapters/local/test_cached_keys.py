from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from adapters.local.cached_keys import CachedKeys
from adapters.memory.clock import FixedClock
from adapters.memory.keys import MemoryKeys
from domain.access.keys import Role
from domain.errors import KeyNotFound, RepositoryUnavailable


async def test_a_key_verified_a_moment_ago_needs_no_database():
    clock = FixedClock()
    kept = MemoryKeys(clock=clock)
    known = CachedKeys(kept, clock)
    ann, secret = await kept.create("ann", Role.CLIENT)
    await known.find(secret)
    kept.failure = RepositoryUnavailable("away")
    assert await known.find(secret) == ann


async def test_a_key_revoked_by_another_process_opens_nothing_five_seconds_later():
    clock, seconds = FixedClock(), count(0, 5)
    kept = MemoryKeys(clock=clock)
    known = CachedKeys(kept, clock, fresh=timedelta(seconds=6), seconds=lambda: next(seconds))
    ann, secret = await kept.create("ann", Role.CLIENT)
    await known.find(secret)
    await kept.revoke(ann.id)
    assert await known.find(secret) == ann
    clock.advance(timedelta(days=-1))  # the clock is set back meanwhile
    with pytest.raises(KeyNotFound, match="revoked"):
        await known.find(secret)


async def test_a_key_that_expires_while_it_is_remembered_opens_nothing_more():
    clock = FixedClock()
    kept = MemoryKeys(clock=clock)
    known = CachedKeys(kept, clock, seconds=lambda: 0)
    _, secret = await kept.create("ann", Role.CLIENT, expires_at=clock.now() + timedelta(days=1))
    await known.find(secret)
    clock.advance(timedelta(days=1))
    with pytest.raises(KeyNotFound, match="expired"):
        await known.find(secret)

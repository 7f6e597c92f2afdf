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
    stored = MemoryKeys(clock=clock)
    cached = CachedKeys(stored, clock)
    ann, secret = await stored.create("ann", Role.CLIENT)
    await cached.find(secret)
    stored.failure = RepositoryUnavailable("away")
    assert await cached.find(secret) == ann


async def test_a_key_revoked_by_another_process_opens_nothing_five_seconds_later():
    clock, seconds = FixedClock(), count(0, 5)
    stored = MemoryKeys(clock=clock)
    cached = CachedKeys(stored, clock, fresh=timedelta(seconds=6), seconds=lambda: next(seconds))
    ann, secret = await stored.create("ann", Role.CLIENT)
    await cached.find(secret)
    await stored.revoke(ann.id)
    assert await cached.find(secret) == ann
    clock.advance(timedelta(days=-1))  # the clock is set back meanwhile
    with pytest.raises(KeyNotFound, match="revoked"):
        await cached.find(secret)


async def test_a_key_that_expires_while_it_is_remembered_opens_nothing_more():
    clock = FixedClock()
    stored = MemoryKeys(clock=clock)
    cached = CachedKeys(stored, clock, seconds=lambda: 0)
    _, secret = await stored.create("ann", Role.CLIENT, expires_at=clock.now() + timedelta(days=1))
    await cached.find(secret)
    clock.advance(timedelta(days=1))
    with pytest.raises(KeyNotFound, match="expired"):
        await cached.find(secret)

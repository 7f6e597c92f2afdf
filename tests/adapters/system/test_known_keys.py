from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.keys import MemoryKeys
from adapters.system.known_keys import KnownKeys
from domain.errors import KeyNotFound, RepositoryUnavailable
from domain.keys import Role


async def test_a_key_verified_a_moment_ago_needs_no_database():
    clock = FixedClock()
    kept = MemoryKeys(clock=clock)
    known = KnownKeys(kept, clock)
    ann, secret = await kept.create("ann", Role.CLIENT)
    await known.find(secret)
    kept.failure = RepositoryUnavailable("away")
    assert await known.find(secret) == ann


async def test_a_key_revoked_by_another_process_opens_nothing_five_seconds_later():
    clock = FixedClock()
    kept = MemoryKeys(clock=clock)
    known = KnownKeys(kept, clock)
    ann, secret = await kept.create("ann", Role.CLIENT)
    await known.find(secret)
    await kept.revoke(ann.id)
    assert await known.find(secret) == ann
    clock.advance(timedelta(seconds=5))
    with pytest.raises(KeyNotFound, match="revoked"):
        await known.find(secret)

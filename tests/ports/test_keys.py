"""What every keeper of API keys promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from adapters.local.cached_keys import CachedKeys
from adapters.memory.clock import FixedClock
from adapters.memory.keys import MemoryKeys
from adapters.postgres.engine import connect
from adapters.postgres.keys import PostgresKeys
from domain.access.keys import KeyUse, Role
from domain.errors import KeyNotFound
from domain.ports.keys import ApiKeys


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(params=["memory", "postgres", "known"])
async def keys(request: pytest.FixtureRequest, clock: FixedClock) -> AsyncIterator[ApiKeys]:
    if request.param == "memory":
        yield MemoryKeys(clock=clock)
        return
    if request.param == "known":
        yield CachedKeys(MemoryKeys(clock=clock), clock)
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresKeys(engine, clock)
    await engine.dispose()


async def test_a_secret_opens_its_key_and_no_other(keys: ApiKeys) -> None:
    ann, secret = await keys.create("ann", Role.CLIENT)
    bob, other = await keys.create("bob", Role.ADMIN)
    assert len(secret) >= 43
    assert secret != other
    assert await keys.find(secret) == ann
    assert await keys.find(other) == bob
    with pytest.raises(KeyNotFound):
        await keys.find(secret + "x")


async def test_a_revoked_key_opens_nothing_and_stays_revoked(keys: ApiKeys, clock: FixedClock) -> None:
    ann, secret = await keys.create("ann", Role.CLIENT)
    clock.advance(timedelta(hours=1))
    revoked = await keys.revoke(ann.id)
    assert revoked.revoked_at == clock.now()
    clock.advance(timedelta(hours=1))
    assert await keys.revoke(ann.id) == revoked
    with pytest.raises(KeyNotFound):
        await keys.find(secret)
    assert list(await keys.all()) == [revoked]


async def test_a_revoked_key_opens_nothing_though_the_clock_is_set_back(keys: ApiKeys, clock: FixedClock) -> None:
    ann, secret = await keys.create("ann", Role.CLIENT)
    await keys.find(secret)
    await keys.revoke(ann.id)
    clock.advance(timedelta(days=-1))
    with pytest.raises(KeyNotFound, match="revoked"):
        await keys.find(secret)


async def test_an_expired_key_opens_nothing_and_says_when_it_expired(keys: ApiKeys, clock: FixedClock) -> None:
    until = clock.now() + timedelta(days=90)
    ann, secret = await keys.create("ann", Role.CLIENT, expires_at=until)
    assert (await keys.find(secret)).expires_at == until
    clock.advance(timedelta(days=90))
    with pytest.raises(KeyNotFound, match=f"expired on {until:%Y-%m-%d}"):
        await keys.find(secret)
    assert list(await keys.all()) == [ann]


async def test_keys_are_listed_newest_first(keys: ApiKeys) -> None:
    made = [(await keys.create(name, Role.CLIENT))[0] for name in "abc"]
    assert list(await keys.all()) == made[::-1]


async def test_an_unknown_key_cannot_be_revoked(keys: ApiKeys) -> None:
    with pytest.raises(KeyNotFound):
        await keys.revoke(uuid4())


async def test_the_secret_itself_is_nowhere_in_the_database(postgres_url: str) -> None:
    engine = connect(postgres_url, deadline=10)
    _, secret = await PostgresKeys(engine, FixedClock()).create("ann", Role.CLIENT)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT api_keys::text FROM api_keys"))).scalars().all()
    await engine.dispose()
    assert len(rows) == 1
    assert secret not in rows[0]


async def test_a_use_is_known_once_it_is_written_down(keys: ApiKeys, clock: FixedClock) -> None:
    ann, secret = await keys.create("ann", Role.CLIENT)
    bob, _ = await keys.create("bob", Role.ADMIN, expires_at=clock.now() + timedelta(days=1))
    clock.advance(timedelta(hours=1))
    await keys.find(secret)
    assert [use.used_at for use in await keys.uses()] == [None, None]
    await keys.keep_uses()
    assert list(await keys.uses()) == [
        KeyUse(bob.id, "bob", Role.ADMIN, bob.created_at, None, bob.expires_at, None),
        KeyUse(ann.id, "ann", Role.CLIENT, ann.created_at, None, None, clock.now()),
    ]
    await keys.keep_uses()
    await keys.revoke(ann.id)
    assert [(use.revoked_at, use.used_at) for use in await keys.uses()] == [(None, None), (clock.now(), clock.now())]


async def test_a_secret_that_opens_nothing_is_no_use(keys: ApiKeys, clock: FixedClock) -> None:
    ann, secret = await keys.create("ann", Role.CLIENT)
    await keys.revoke(ann.id)
    for wrong in (secret, "unknown"):
        with pytest.raises(KeyNotFound):
            await keys.find(wrong)
    await keys.keep_uses()
    assert [use.used_at for use in await keys.uses()] == [None]


async def test_of_two_processes_the_later_use_counts(postgres_url: str, clock: FixedClock) -> None:
    engine = connect(postgres_url, deadline=10)
    early, late = PostgresKeys(engine, clock), PostgresKeys(engine, clock)
    _, secret = await early.create("ann", Role.CLIENT)
    await early.find(secret)
    clock.advance(timedelta(hours=1))
    await late.find(secret)
    await late.keep_uses()
    await early.keep_uses()
    assert [use.used_at for use in await early.uses()] == [clock.now()]
    await engine.dispose()

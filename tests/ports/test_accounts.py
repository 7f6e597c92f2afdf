"""What every keeper of the admin's account promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from adapters.memory.accounts import MemoryAccounts
from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.engine import connect
from domain.access.accounts import FREE, IDLE, LIFETIME, Attempt, Session, place_of
from domain.access.keys import Role
from domain.access.users import ADMIN, User
from domain.errors import NoPassword, NotSignedIn, PasswordAlreadySet, RepositoryUnavailable
from domain.ports.accounts import Accounts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME, ELSEWHERE = place_of("192.0.2.1"), place_of("192.0.2.2")


@pytest.fixture(params=["memory", "postgres"])
async def accounts(request: pytest.FixtureRequest) -> AsyncIterator[Accounts]:
    if request.param == "memory":
        yield MemoryAccounts()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresAccounts(engine)
    await engine.dispose()


async def test_there_is_no_password_until_one_is_set(accounts: Accounts) -> None:
    with pytest.raises(NoPassword):
        await accounts.password()
    await accounts.set_password("one")
    assert await accounts.password() == "one"
    await accounts.set_password("two")
    assert await accounts.password() == "two"


async def test_of_twins_that_set_the_first_password_one_wins(accounts: Accounts) -> None:
    tries = [accounts.set_password(hashed, first=True) for hashed in ("one", "two", "three")]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [PasswordAlreadySet] * 2
    assert await accounts.password() == ("one", "two", "three")[outcomes.index(None)]


async def test_a_token_opens_its_session_until_it_is_closed(accounts: Accounts) -> None:
    token, other = await accounts.open(at=NOW), await accounts.open(at=NOW)
    assert len(token) >= 43
    assert token != other
    assert await accounts.session(token) == Session(NOW, NOW)
    await accounts.close(token)
    await accounts.close(token)
    with pytest.raises(NotSignedIn):
        await accounts.session(token)
    assert await accounts.session(other)


async def test_a_use_is_noted_and_does_not_bring_a_closed_session_back(accounts: Accounts) -> None:
    token = await accounts.open(at=NOW)
    later = NOW + timedelta(minutes=5)
    await accounts.use(token, at=later)
    assert await accounts.session(token) == Session(NOW, later)
    await accounts.close(token)
    await accounts.use(token, at=later)
    with pytest.raises(NotSignedIn):
        await accounts.session(token)


async def test_a_session_is_that_of_who_signed_in(accounts: Accounts) -> None:
    rita = User("subject", "Rita", Role.REVIEWER)
    token, admins = await accounts.open(at=NOW, user=rita), await accounts.open(at=NOW)
    assert await accounts.session(token) == Session(NOW, NOW, rita)
    assert (await accounts.session(admins)).user == ADMIN
    later = NOW + timedelta(minutes=5)
    await accounts.use(token, at=later)
    assert await accounts.session(token) == Session(NOW, later, rita)
    await accounts.close(token)
    with pytest.raises(NotSignedIn):
        await accounts.session(token)
    assert await accounts.session(admins)


async def test_a_new_password_ends_every_session_and_every_wait(accounts: Accounts) -> None:
    tokens = [await accounts.open(at=NOW, user=user) for user in (ADMIN, User("subject", "Rita", Role.REVIEWER))]
    await attempts(accounts, HOME)
    await accounts.set_password("new")
    for token in tokens:
        with pytest.raises(NotSignedIn):
            await accounts.session(token)
    assert not (await accounts.attempt(HOME, at=NOW)).wait


@pytest.mark.parametrize("age", [IDLE, LIFETIME])
async def test_sessions_that_have_ended_are_dropped_when_another_is_opened(accounts: Accounts, age: timedelta) -> None:
    old = [await accounts.open(at=NOW, user=user) for user in (ADMIN, User("subject", "Rita", Role.REVIEWER))]
    await accounts.open(at=NOW + age)
    for token in old:
        with pytest.raises(NotSignedIn):
            await accounts.session(token)


async def attempts(accounts: Accounts, place: str, at: datetime = NOW) -> int:
    """How many are let through before one has to wait."""
    for count in range(50):
        if (await accounts.attempt(place, at=at)).wait:
            return count
    return 50


async def test_attempts_are_counted_by_place_until_one_has_to_wait(accounts: Accounts) -> None:
    assert [(await accounts.attempt(HOME, at=NOW)).failures for _ in range(FREE)] == [*range(FREE)]
    assert await accounts.attempt(HOME, at=NOW) == Attempt(FREE, timedelta(seconds=30))
    assert await accounts.attempt(ELSEWHERE, at=NOW) == Attempt(0, timedelta(0))


async def test_a_wait_that_a_clock_wrote_in_the_future_has_ended(accounts: Accounts) -> None:
    await attempts(accounts, HOME, at=NOW + timedelta(days=400))
    assert await accounts.attempt(HOME, at=NOW) == Attempt(FREE, timedelta(0))
    assert (await accounts.attempt(HOME, at=NOW)).wait == timedelta(minutes=1)


async def test_the_wait_passes_and_is_longer_each_time(accounts: Accounts) -> None:
    await attempts(accounts, HOME)
    later = NOW + timedelta(seconds=30)
    assert not (await accounts.attempt(HOME, at=later)).wait
    assert (await accounts.attempt(HOME, at=later)).wait == timedelta(minutes=1)


async def test_the_right_password_forgives_its_own_place(accounts: Accounts) -> None:
    for place in (HOME, ELSEWHERE):
        await attempts(accounts, place)
    await accounts.forgive(HOME)
    assert (await attempts(accounts, HOME), await attempts(accounts, ELSEWHERE)) == (FREE, 0)


async def test_every_wait_can_be_ended(accounts: Accounts) -> None:
    for place in (HOME, ELSEWHERE):
        await attempts(accounts, place)
    await accounts.forgive()
    assert (await attempts(accounts, HOME), await attempts(accounts, ELSEWHERE)) == (FREE, FREE)


async def test_of_attempts_at_once_no_more_pass_than_one_after_the_other(accounts: Accounts) -> None:
    attempts = await asyncio.gather(*(accounts.attempt(HOME, at=NOW) for _ in range(20)))
    assert [attempt.wait for attempt in attempts].count(timedelta(0)) == FREE


async def test_failures_of_yesterday_no_longer_count(accounts: Accounts) -> None:
    await attempts(accounts, HOME)
    await accounts.open(at=NOW + timedelta(days=1))
    assert await attempts(accounts, HOME, at=NOW + timedelta(days=1)) == FREE


async def test_a_store_that_is_away_says_so() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/none", deadline=1)
    with pytest.raises(RepositoryUnavailable):
        await PostgresAccounts(engine).password()
    memory = MemoryAccounts(failure=RepositoryUnavailable("away"))
    with pytest.raises(RepositoryUnavailable):
        await memory.password()
    await engine.dispose()


async def test_the_token_itself_is_nowhere_in_the_database(postgres_url: str) -> None:
    engine = connect(postgres_url, deadline=10)
    token = await PostgresAccounts(engine).open(at=NOW)
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT admin_sessions::text FROM admin_sessions"))).scalars().all()
    await engine.dispose()
    assert len(rows) == 1
    assert token not in rows[0]

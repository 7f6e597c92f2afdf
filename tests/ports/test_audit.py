"""What every audit trail promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.memory.audit import MemoryAuditTrail
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.engine import connect
from domain.errors import RepositoryUnavailable
from domain.operations.audit import AuditAction, AuditEntry
from domain.ports.audit import AuditTrail

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
MADE = AuditEntry(at=NOON, by="ann", action=AuditAction.KEY_CREATED, subject="billing", detail="client")
REVOKED = AuditEntry(at=NOON + HOUR, by="bob", action=AuditAction.KEY_REVOKED, subject="key:1")
FAILED = replace(REVOKED, at=NOON + 2 * HOUR, problem="the database is away")


@pytest.fixture(params=["memory", "postgres"])
async def trail(request: pytest.FixtureRequest) -> AsyncIterator[AuditTrail]:
    if request.param == "memory":
        yield MemoryAuditTrail()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresAuditTrail(engine)
    await engine.dispose()


async def test_entries_are_read_whole_and_newest_first(trail: AuditTrail) -> None:
    for entry in (REVOKED, MADE, FAILED):
        await trail.add(entry)
    assert list(await trail.newest(9)) == [FAILED, REVOKED, MADE]


async def test_pages_continue_before_an_identifier(trail: AuditTrail) -> None:
    entries = [replace(MADE, at=NOON + n * HOUR) for n in range(5)]
    for entry in entries:
        await trail.add(entry)
    first = await trail.newest(2)
    rest = await trail.newest(9, before=first[-1].id)
    assert [*first, *rest] == entries[::-1]
    assert not await trail.newest(9, before=entries[0].id)


async def test_the_same_entry_again_is_recorded_once(trail: AuditTrail) -> None:
    for _ in range(2):
        await trail.add(MADE)
    assert list(await trail.newest(9)) == [MADE]


async def test_entries_before_a_time_are_forgotten(trail: AuditTrail) -> None:
    for entry in (MADE, REVOKED):
        await trail.add(entry)
    assert (await trail.forget(NOON + HOUR), await trail.forget(NOON + HOUR)) == (1, 0)
    assert list(await trail.newest(9)) == [REVOKED]


async def test_the_database_refuses_to_change_an_entry(postgres_url: str) -> None:
    engine = connect(postgres_url, deadline=10)
    await PostgresAuditTrail(engine).add(MADE)
    for change in ("UPDATE audit_trail SET by = 'eve'", "TRUNCATE audit_trail"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(change))
    await engine.dispose()


async def test_a_trail_that_is_away_says_so() -> None:
    trail = MemoryAuditTrail(failure=RepositoryUnavailable("away"))
    with pytest.raises(RepositoryUnavailable):
        await trail.add(MADE)
    engine = connect("postgresql+asyncpg://127.0.0.1:1/nowhere", deadline=1)
    for call in (PostgresAuditTrail(engine).add(MADE), PostgresAuditTrail(engine).newest(1)):
        with pytest.raises(RepositoryUnavailable):
            await call
    await engine.dispose()

"""Every adapter keeps what the shipped suite of `AuditTrail` says; PostgreSQL also refuses changes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.memory.audit import MemoryAuditTrail
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.engine import connect
from domain.errors import RepositoryUnavailable
from domain.ports.audit import AuditTrail
from medcost_testing.audit import MADE, AuditTrailContract


class TestAuditTrail(AuditTrailContract):
    @pytest.fixture(params=["memory", "postgres"])
    async def trail(self, request: pytest.FixtureRequest) -> AsyncIterator[AuditTrail]:
        if request.param == "memory":
            yield MemoryAuditTrail()
            return
        engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
        yield PostgresAuditTrail(engine)
        await engine.dispose()


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

"""The port `predictions`: the suite that is shipped, over every adapter; and what only one of them promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from adapters.postgres.schemas import PostgresSchemas
from adapters.yaml.schema_file import schema_of
from domain.errors import RepositoryUnavailable
from domain.people.schema import Schema
from domain.ports.predictions import PredictionRepository
from medcost_testing.predictions import PredictionRepositoryContract
from tests.support.default_schema import DEFAULT
from tests.support.recorded import NEW, NOON


class TestPredictions(PredictionRepositoryContract):
    @pytest.fixture(params=["memory", "postgres"])
    async def predictions(self, request: pytest.FixtureRequest, schema: Schema) -> AsyncIterator[PredictionRepository]:
        if request.param == "memory":
            yield MemoryPredictions()
            return
        engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
        await PostgresSchemas(engine, schema_of).adopt(schema, "its text", at=NOON)
        yield PostgresPredictions(engine, schema)
        await engine.dispose()


async def test_a_database_that_is_away_is_unavailable(tmp_path: object) -> None:
    engine = connect(f"postgresql://medcost@/medcost?host={tmp_path}", deadline=2)
    with pytest.raises(RepositoryUnavailable):
        await PostgresPredictions(engine, DEFAULT).add(NEW)
    await engine.dispose()


async def test_a_database_without_our_schema_says_what_to_do(postgres_server) -> None:
    engine = connect(postgres_server("postgres"), deadline=5)
    for attempt in (PostgresPredictions(engine, DEFAULT).check(), PostgresPredictions(engine, DEFAULT).add(NEW)):
        with pytest.raises(RepositoryUnavailable, match="medcost db upgrade"):
            await attempt
    await engine.dispose()


async def test_memory_fails_on_request() -> None:
    memory = MemoryPredictions(failure=RepositoryUnavailable("away"))
    with pytest.raises(RepositoryUnavailable):
        await memory.add(NEW)

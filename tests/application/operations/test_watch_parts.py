"""Watching the parts behind the answers."""

import asyncio

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.operations.watch_parts import PartChange, WatchParts
from domain.errors import RepositoryUnavailable
from tests.support.default_schema import DEFAULT


@pytest.fixture
async def watched():
    """The database, and a queue of changes that were reported of it."""
    predictions, changes = MemoryPredictions(), asyncio.Queue()
    watch = WatchParts(predictions=predictions, predictor=NeighbourPredictor(small_sample(DEFAULT)))

    def report(change):
        if change.part == "database":
            changes.put_nowait(change)

    task = asyncio.create_task(watch(report, away=0.001, well=0.001))
    yield predictions, changes
    task.cancel()


async def next_of(changes):
    async with asyncio.timeout(10):
        return await changes.get()


async def test_a_part_that_goes_and_comes_is_reported_each_time_and_in_between_not(watched):
    database, changes = watched
    assert await next_of(changes) == PartChange("database", "")
    for _ in range(2):
        database.failure = RepositoryUnavailable("no room")
        assert await next_of(changes) == PartChange("database", "no room")
        database.failure = None
        assert await next_of(changes) == PartChange("database", "")
    assert changes.empty()

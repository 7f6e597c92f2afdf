"""What every keeper of the service's events promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.events import MemoryEvents
from adapters.postgres.engine import connect
from adapters.postgres.events import PostgresEvents
from domain.errors import RepositoryUnavailable
from domain.operations.events import Event, EventKind
from domain.ports.events import ServiceEvents

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = Event(at=NOON, kind=EventKind.START, subject="web", detail="1.0")
AWAY = Event(at=NOON + HOUR, kind=EventKind.AWAY, subject="model", detail="it does not answer")
BACK = Event(at=NOON + 2 * HOUR, kind=EventKind.BACK, subject="model")


@pytest.fixture(params=["memory", "postgres"])
async def events(request: pytest.FixtureRequest) -> AsyncIterator[ServiceEvents]:
    if request.param == "memory":
        yield MemoryEvents()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresEvents(engine)
    await engine.dispose()


async def test_events_are_found_again_whole_and_in_order(events: ServiceEvents) -> None:
    await events.add([])
    await events.add([BACK, START])
    await events.add([AWAY])
    assert list(await events.since(NOON)) == [START, AWAY, BACK]
    assert list(await events.since(NOON + HOUR)) == [AWAY, BACK]


async def test_an_event_that_is_told_again_is_kept_once(events: ServiceEvents) -> None:
    for _ in range(2):
        await events.add([START, START, AWAY])
    assert list(await events.since(NOON)) == [START, AWAY]


async def test_the_newest_event_of_a_part_and_kind_is_found(events: ServiceEvents) -> None:
    assert await events.newest([EventKind.AWAY], "model") is None
    await events.add([START, AWAY, BACK])
    assert await events.newest([EventKind.AWAY, EventKind.BACK], "model") == BACK
    assert await events.newest([EventKind.AWAY], "model") == AWAY
    assert await events.newest([EventKind.AWAY], "web") is None


async def test_old_events_are_forgotten(events: ServiceEvents) -> None:
    await events.add([START, AWAY, BACK])
    assert await events.forget(NOON + HOUR) == 1
    assert list(await events.since(NOON)) == [AWAY, BACK]


async def test_a_store_that_is_away_says_so() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/nothing", deadline=1)
    for keeper in (MemoryEvents(failure=RepositoryUnavailable("away")), PostgresEvents(engine)):
        for call in (
            keeper.add([START]),
            keeper.since(NOON),
            keeper.newest([EventKind.START], "web"),
            keeper.forget(NOON),
        ):
            with pytest.raises(RepositoryUnavailable):
                await call
    await engine.dispose()

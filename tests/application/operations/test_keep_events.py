"""What happens to the parts is kept, though the store may be away when it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.events import MemoryEvents
from application.operations.keep_events import EventKeeper
from application.operations.watch_parts import PartChange
from domain.errors import RepositoryUnavailable
from domain.operations.events import Event, EventKind
from tests.support.waiting import eventually


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def events() -> MemoryEvents:
    return MemoryEvents()


@asynccontextmanager
async def running(keeper: EventKeeper) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(events: MemoryEvents, *line: tuple[EventKind, str, str]) -> None:
    async def there() -> bool:
        if events.failure:
            return False
        events_since = await events.since(FixedClock().now())
        return [(event.kind, event.subject, event.detail) for event in events_since] == list(line)

    await eventually(there)


STARTED = (EventKind.DEPLOYMENT, "web", "1.0")


async def test_a_start_with_another_release_is_a_deployment(events: MemoryEvents, clock: FixedClock) -> None:
    for release in ("1.0", "1.0", "1.1"):
        before = len(await events.since(clock.now() - timedelta(days=1)))
        async with running(EventKeeper(events, clock, service="web", release=release)):

            async def noted(before: int = before) -> bool:
                return len(await events.since(FixedClock().now())) > before

            await eventually(noted)
        clock.advance(timedelta(hours=1))
    await until(events, STARTED, (EventKind.START, "web", "1.0"), (EventKind.DEPLOYMENT, "web", "1.1"))


async def test_a_part_that_went_and_came_is_noted_and_a_steady_part_is_not(
    events: MemoryEvents, clock: FixedClock
) -> None:
    keeper = EventKeeper(events, clock, service="web", release="1.0")
    async with running(keeper):
        keeper.part_changed(PartChange("database", ""))
        for why in ("no answer", "no answer", ""):
            clock.advance(timedelta(seconds=1))
            keeper.part_changed(PartChange("model", why))
        await until(events, STARTED, (EventKind.AWAY, "model", "no answer"), (EventKind.BACK, "model", ""))


async def test_events_wait_for_a_store_that_is_away(events: MemoryEvents, clock: FixedClock) -> None:
    events.failure = RepositoryUnavailable("away")
    keeper = EventKeeper(events, clock, service="web", release="1.0", every=0.001)
    async with running(keeper):
        clock.advance(timedelta(seconds=1))
        keeper.part_changed(PartChange("database", "no answer"))
        await asyncio.sleep(0)
        events.failure = None
        await until(events, STARTED, (EventKind.AWAY, "database", "no answer"))


async def test_what_the_supervisor_wrote_down_is_taken_over_once(events: MemoryEvents, clock: FixedClock) -> None:
    written: list[Event] = []
    keeper = EventKeeper(events, clock, service="web", release="1.0", written=lambda: written, every=0.001)
    async with running(keeper):
        await until(events, STARTED)
        clock.advance(timedelta(seconds=1))
        written.append(Event(at=clock.now(), kind=EventKind.RESTART, subject="model", detail="was killed by signal 9"))
        await until(events, STARTED, (EventKind.RESTART, "model", "was killed by signal 9"))
        await until(events, STARTED, (EventKind.RESTART, "model", "was killed by signal 9"))

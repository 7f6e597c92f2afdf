"""The service over time, put together from all who know something of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.memory.alarms import MemoryAcknowledgements
from adapters.memory.clock import FixedClock
from adapters.memory.events import MemoryEvents
from adapters.memory.hours import MemoryHours
from adapters.memory.jobs import MemoryJobs
from adapters.memory.ledger import MemoryLedger
from adapters.memory.monitoring import MemoryReports
from adapters.memory.room import MemoryRoom
from application.operations.review_operations import AcknowledgeAlarm, ReviewAlarms, ReviewOperations
from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import HOUR, Outcomes, Traffic
from domain.operations.events import Event, EventKind
from domain.operations.jobs import JobKind, JobProblem, NewJob

DAY = timedelta(days=1)
SLOW = Traffic(requests={"POST /api/v1/predictions 201": Histogram((0.5, 1.0), (50, 50, 0))})
QUICK = Traffic(requests={"POST /api/v1/predictions 201": Histogram((0.5, 1.0), (100, 0, 0))})


class World:
    """Ports in memory, and use cases over them, a hundred days and half an hour after the clock's first time."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.clock.advance(100 * DAY + HOUR / 2)
        self.hours, self.events, self.jobs = MemoryHours(), MemoryEvents(), MemoryJobs()
        self.reports, self.ledger, self.noted = MemoryReports(), MemoryLedger(), MemoryAcknowledgements()
        self.alarms = ReviewAlarms(
            hours=self.hours, reports=self.reports, ledger=self.ledger, acknowledgements=self.noted, clock=self.clock
        )
        self.review = ReviewOperations(
            hours=self.hours, events=self.events, reports=self.reports, ledger=self.ledger, jobs=self.jobs,
            room=MemoryRoom(), clock=self.clock, alarms=self.alarms,
        )  # fmt: skip
        self.acknowledge = AcknowledgeAlarm(alarms=self.alarms, acknowledgements=self.noted, clock=self.clock)

    async def answer(self, traffic: Traffic, *hours_ago: int) -> None:
        """Let a process have answered that in each of some hours."""
        for ago in hours_ago:
            await self.hours.put_traffic(self.clock.now() - HOUR / 2 - ago * HOUR, uuid4(), traffic)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_day_has_24_hours_of_which_the_last_is_not_over(world: World) -> None:
    await world.answer(QUICK, 0, 23, 24)
    await world.hours.put_outcomes({world.clock.now() - 1.5 * HOUR: Outcomes(outcomes=3)})
    day = await world.review(DAY, HOUR)
    assert (day.until, day.until - day.since) == (world.clock.now(), 23.5 * HOUR)
    assert [period.traffic.answers for period in day.periods] == [100, *[0] * 22, 100]
    assert [period.outcomes.outcomes for period in day.periods][-3:] == [0, 3, 0]


async def test_a_month_has_30_days(world: World) -> None:
    await world.answer(QUICK, 0, 5, 24 * 29 + 23)
    month = await world.review(30 * DAY, DAY)
    assert [period.traffic.answers for period in month.periods] == [100, *[0] * 28, 200]


async def test_events_and_jobs_of_the_span_are_in_it(world: World) -> None:
    now = world.clock.now()
    start = Event(at=now - HOUR, kind=EventKind.START, subject="web", detail="1.0")
    await world.events.add([start, Event(at=now - 2 * DAY, kind=EventKind.START, subject="web")])
    job = await world.jobs.add(NewJob(kind=JobKind.PROMOTION, task={"version": 2}, owner="key:1", created_at=now))
    worker = uuid4()
    await world.jobs.claim(tuple(JobKind), worker=worker, at=now, lapse=HOUR)
    await world.jobs.finish(job.id, worker=worker, at=now, problem=JobProblem("PromotionRefused", "worse"))
    old = await world.jobs.add(NewJob(kind=JobKind.ROLLBACK, task={}, owner="key:1", created_at=now - 2 * DAY))
    day = await world.review(DAY, HOUR)
    assert list(day.events) == [Event(at=now, kind=EventKind.REFUSAL, subject="2", detail="worse"), start]
    assert [job.id for job in day.jobs] == [old.id, job.id]  # the old one still waits


async def test_an_alarm_begins_where_it_began_however_short_the_span_is(world: World) -> None:
    await world.answer(QUICK, 200)
    await world.answer(SLOW, *range(199))
    (alarm,) = (await world.review(DAY, HOUR)).alarms
    assert (alarm.name, alarm.since, alarm.seen) == ("slow", world.clock.now() - HOUR / 2 - 198 * HOUR, None)


async def test_an_alarm_is_acknowledged_until_it_ends(world: World) -> None:
    assert not await world.acknowledge("slow", by="ann")
    await world.answer(SLOW, 1)
    assert await world.acknowledge("slow", by="ann")
    assert await world.acknowledge("slow", by="bob")
    (alarm,) = await world.alarms()
    assert alarm.seen is not None
    assert (alarm.seen.by, alarm.seen.at) == ("ann", world.clock.now())
    world.clock.advance(2 * HOUR)
    await world.answer(QUICK, 1)
    assert list(await world.alarms()) == []
    await world.answer(SLOW, 0)
    (anew,) = await world.alarms()
    assert anew.seen is None

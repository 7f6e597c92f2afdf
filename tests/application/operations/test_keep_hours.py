"""What a process answers and what years really cost, kept by the hour."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.events import MemoryEvents
from adapters.memory.hours import MemoryHours
from adapters.memory.keys import MemoryKeys
from adapters.memory.predictions import MemoryPredictions
from application.operations.keep_hours import HourKeeper, KeepHours
from domain.costs.prediction import Outcome
from domain.errors import RepositoryUnavailable
from domain.monitoring.hours import HOUR, Outcomes, Traffic, hour_of
from tests.support.recorded import NEW
from tests.support.waiting import eventually

MINUTE = timedelta(minutes=1)


class Counters:
    """The counters of a process: they rise, and are told when asked."""

    def __init__(self) -> None:
        self.answered = 0

    def __call__(self) -> Traffic:
        return Traffic(predictions={"1": self.answered} if self.answered else {})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def hours() -> MemoryHours:
    return MemoryHours()


@pytest.fixture
def predictions() -> MemoryPredictions:
    return MemoryPredictions()


@pytest.fixture
def keep(hours: MemoryHours, predictions: MemoryPredictions, clock: FixedClock) -> KeepHours:
    return KeepHours(
        hours=hours,
        events=MemoryEvents(),
        trail=MemoryAuditTrail(),
        keys=MemoryKeys(clock=clock),
        predictions=predictions,
        clock=clock,
    )


async def by_hour(hours: MemoryHours, clock: FixedClock) -> list[int]:
    """Predictions answered, hour by hour since yesterday."""
    periods = await hours.between(clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    return [sum(period.traffic.predictions.values()) for period in periods]


async def test_an_hour_holds_what_was_counted_in_it(keep: KeepHours, hours: MemoryHours, clock: FixedClock) -> None:
    counters = Counters()
    keeper = HourKeeper(keep, clock, counters)
    for answered, passed in ((3, 30 * MINUTE), (4, 30 * MINUTE), (9, MINUTE), (9, MINUTE)):
        counters.answered = answered
        clock.advance(passed)
        await keeper.look()
    # the look at the full hour closed the first; what was counted later belongs to the second
    assert await by_hour(hours, clock) == [4, 5]


async def test_several_processes_add_up_and_one_that_starts_anew_goes_on(
    keep: KeepHours, hours: MemoryHours, clock: FixedClock
) -> None:
    for answered in (5, 2, 4):  # the second began with counters at zero after the first was killed
        counters = Counters()
        keeper = HourKeeper(keep, clock, counters)
        counters.answered = answered
        await keeper.look()
        await keeper.look()
    assert await by_hour(hours, clock) == [11]


async def test_while_the_store_is_away_hours_wait_and_none_is_lost(
    keep: KeepHours, hours: MemoryHours, clock: FixedClock
) -> None:
    counters = Counters()
    keeper = HourKeeper(keep, clock, counters)
    hours.failure = RepositoryUnavailable("away")
    for answered in (1, 3, 6):
        counters.answered = answered
        clock.advance(HOUR)
        with pytest.raises(RepositoryUnavailable):
            await keeper.look()
    hours.failure = None
    await keeper.look()
    assert await by_hour(hours, clock) == [1, 2, 3, 0]


async def test_a_clock_that_is_set_back_costs_no_figures(
    keep: KeepHours, hours: MemoryHours, clock: FixedClock
) -> None:
    counters = Counters()
    keeper = HourKeeper(keep, clock, counters)
    for answered, passed in ((2, timedelta()), (5, HOUR), (7, -HOUR), (8, timedelta())):
        clock.advance(passed)
        counters.answered = answered
        await keeper.look()
    period = await by_hour(hours, clock)
    assert sum(period) == 8


async def test_a_process_without_answers_keeps_no_traffic(
    keep: KeepHours, hours: MemoryHours, clock: FixedClock
) -> None:
    await HourKeeper(keep, clock, Counters()).look()
    (period,) = await hours.between(hour_of(clock.now()), clock.now() + HOUR)
    assert period.traffic.is_empty


async def test_outcomes_are_summed_up_in_the_hour_in_which_they_came(
    keep: KeepHours, hours: MemoryHours, predictions: MemoryPredictions, clock: FixedClock
) -> None:
    start = clock.now()
    for cost, after in ((6000.0, timedelta()), (90_000.0, MINUTE), (7000.0, 2 * HOUR)):
        recorded = await predictions.add(replace(NEW, created_at=start))
        clock.time = start + after
        await predictions.record_outcome(recorded.id, Outcome.of(cost, at=clock.now()))
    await keep.outcomes(timedelta(days=90))
    periods = await hours.between(start, clock.now() + HOUR)
    assert [period.outcomes for period in periods] == [
        Outcomes(outcomes=2, inside=1, expected=2 * NEW.expected, observed=96_000.0),
        Outcomes(outcomes=1, inside=1, expected=NEW.expected, observed=7000.0),
    ]


async def test_outcomes_that_came_while_nothing_was_kept_are_caught_up_with(
    keep: KeepHours, hours: MemoryHours, predictions: MemoryPredictions, clock: FixedClock
) -> None:
    await keep.outcomes(timedelta(days=90))
    start = clock.now()
    clock.advance(MINUTE)
    recorded = await predictions.add(NEW)
    await predictions.record_outcome(recorded.id, Outcome.of(6000.0, at=clock.now()))
    clock.advance(timedelta(days=3))
    await keep.outcomes(timedelta(days=90))
    (first, last) = await hours.between(start, clock.now() + HOUR)
    assert (first.at, first.outcomes.outcomes) == (start, 1)
    assert (last.at, last.outcomes.outcomes) == (hour_of(clock.now()), 0)


async def test_it_looks_once_more_when_it_is_stopped_and_forgets_what_is_old(
    keep: KeepHours, hours: MemoryHours, clock: FixedClock
) -> None:
    counters = Counters()
    keeper = HourKeeper(keep, clock, counters, every=0.001, retention=timedelta(days=1))
    running = asyncio.create_task(keeper.run())
    counters.answered = 1

    async def is_stored(many: list[int]) -> bool:
        return await by_hour(hours, clock) == many

    await eventually(lambda: is_stored([1]))
    clock.advance(timedelta(days=2))
    await eventually(lambda: is_stored([0]))  # the first hour is gone, the present one holds nothing yet
    keeper.stop()
    counters.answered = 4
    await running
    assert await by_hour(hours, clock) == [3]


async def test_a_store_that_is_away_ends_nothing(keep: KeepHours, hours: MemoryHours, clock: FixedClock) -> None:
    counters = Counters()
    keeper = HourKeeper(keep, clock, counters, every=0.001)
    hours.failure = RepositoryUnavailable("away")
    running = asyncio.create_task(keeper.run())
    counters.answered = 2
    await asyncio.sleep(0)
    hours.failure = None

    async def is_stored() -> bool:
        return await by_hour(hours, clock) == [2]

    await eventually(is_stored)
    keeper.stop()
    await running

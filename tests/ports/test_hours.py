"""What every keeper of the service's hours promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from adapters.memory.hours import MemoryHours
from adapters.postgres.engine import connect
from adapters.postgres.hours import PostgresHours
from domain.errors import RepositoryUnavailable
from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import HOUR, Outcomes, Period, Traffic
from domain.ports.hours import ServiceHours

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRAFFIC = Traffic(
    requests={"POST /api/v1/predictions 201": Histogram((0.001, 0.0025), (3, 2, 1), 0.123)},
    errors={"InvalidInput": 4},
    groups={"record": Histogram((1.0, 2.0), (0, 3, 0), 6.0)},
    predictions={"1": 6},
)
OUTCOMES = Outcomes(outcomes=3, inside=2, expected=10.25, observed=8.5)


@pytest.fixture(params=["memory", "postgres"])
async def hours(request: pytest.FixtureRequest) -> AsyncIterator[ServiceHours]:
    if request.param == "memory":
        yield MemoryHours()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresHours(engine)
    await engine.dispose()


async def test_an_hour_is_found_again_whole(hours: ServiceHours) -> None:
    assert list(await hours.between(NOON - HOUR, NOON + HOUR)) == []
    await hours.put_traffic(NOON, uuid4(), TRAFFIC)
    await hours.put_outcomes({NOON: OUTCOMES})
    assert list(await hours.between(NOON, NOON + HOUR)) == [Period(at=NOON, traffic=TRAFFIC, outcomes=OUTCOMES)]


async def test_what_several_tellers_say_of_an_hour_is_added_up(hours: ServiceHours) -> None:
    await hours.put_traffic(NOON, uuid4(), TRAFFIC)
    await hours.put_traffic(NOON, uuid4(), TRAFFIC)
    (period,) = await hours.between(NOON, NOON + HOUR)
    assert period.traffic == TRAFFIC + TRAFFIC


async def test_what_is_said_again_replaces_what_was_said(hours: ServiceHours) -> None:
    process = uuid4()
    for traffic, outcomes in ((TRAFFIC, Outcomes()), (TRAFFIC + TRAFFIC, OUTCOMES), (TRAFFIC + TRAFFIC, OUTCOMES)):
        await hours.put_traffic(NOON, process, traffic)
        await hours.put_outcomes({NOON: outcomes})
    assert list(await hours.between(NOON, NOON + HOUR)) == [
        Period(at=NOON, traffic=TRAFFIC + TRAFFIC, outcomes=OUTCOMES)
    ]


async def test_hours_come_in_order_and_only_those_asked_for(hours: ServiceHours) -> None:
    process = uuid4()
    for away in (3, 0, 2):
        await hours.put_traffic(NOON + away * HOUR, process, TRAFFIC)
    await hours.put_outcomes({NOON + HOUR: OUTCOMES, NOON - HOUR: OUTCOMES})
    periods = await hours.between(NOON, NOON + 3 * HOUR)
    assert [period.at for period in periods] == [NOON, NOON + HOUR, NOON + 2 * HOUR]
    assert (periods[1].traffic, periods[0].outcomes) == (Traffic(), Outcomes())


async def test_the_last_hour_with_outcomes_is_known(hours: ServiceHours) -> None:
    assert await hours.newest_outcomes() is None
    await hours.put_outcomes({})
    assert await hours.newest_outcomes() is None
    await hours.put_outcomes({NOON: OUTCOMES, NOON + HOUR: Outcomes()})
    assert await hours.newest_outcomes() == NOON + HOUR


async def test_old_hours_are_forgotten(hours: ServiceHours) -> None:
    for hour in (NOON - HOUR, NOON):
        await hours.put_traffic(hour, uuid4(), TRAFFIC)
        await hours.put_outcomes({hour: OUTCOMES})
    assert await hours.forget(NOON) == 2
    assert [period.at for period in await hours.between(NOON - HOUR, NOON + HOUR)] == [NOON]


async def test_a_store_that_is_away_says_so() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/nothing", deadline=1)
    for keeper in (MemoryHours(failure=RepositoryUnavailable("away")), PostgresHours(engine)):
        for call in (
            keeper.put_traffic(NOON, uuid4(), TRAFFIC),
            keeper.put_outcomes({NOON: OUTCOMES}),
            keeper.newest_outcomes(),
            keeper.between(NOON, NOON + HOUR),
            keeper.forget(NOON),
        ):
            with pytest.raises(RepositoryUnavailable):
                await call
    await engine.dispose()

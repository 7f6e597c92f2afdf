"""What every keeper of acknowledged alarms promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.alarms import MemoryAcknowledgements
from adapters.postgres.alarms import PostgresAcknowledgements
from adapters.postgres.engine import connect
from domain.errors import RepositoryUnavailable
from domain.monitoring.alarms import Acknowledgement
from domain.ports.alarms import Acknowledgements

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEEN = Acknowledgement(alarm="drift:age", since=NOON, at=NOON + MINUTE, by="ann")


@pytest.fixture(params=["memory", "postgres"])
async def acknowledgements(request: pytest.FixtureRequest) -> AsyncIterator[Acknowledgements]:
    if request.param == "memory":
        yield MemoryAcknowledgements()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresAcknowledgements(engine)
    await engine.dispose()


async def test_who_saw_an_alarm_first_stays(acknowledgements: Acknowledgements) -> None:
    assert list(await acknowledgements.all()) == []
    await acknowledgements.add(SEEN)
    await acknowledgements.add(replace(SEEN, at=NOON + 2 * MINUTE, by="bob"))
    assert list(await acknowledgements.all()) == [SEEN]


async def test_an_alarm_that_began_anew_is_another(acknowledgements: Acknowledgements) -> None:
    anew = replace(SEEN, since=NOON + 5 * MINUTE, at=NOON + 6 * MINUTE)
    for acknowledgement in (SEEN, anew):
        await acknowledgements.add(acknowledgement)
    assert list(await acknowledgements.all()) == [anew, SEEN]


async def test_a_store_that_is_away_says_so() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/nothing", deadline=1)
    for keeper in (MemoryAcknowledgements(failure=RepositoryUnavailable("away")), PostgresAcknowledgements(engine)):
        for call in (keeper.add(SEEN), keeper.all()):
            with pytest.raises(RepositoryUnavailable):
                await call
    await engine.dispose()

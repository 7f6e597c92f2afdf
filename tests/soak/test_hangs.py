"""Parts that hang under load are started again, and a step of the clock harms nothing that runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support import mounts, stepped_clock
from tests.support.command import CLI
from tests.support.waiting import until

LIVENESS = {
    "MEDCOST_LIVENESS_PERIOD": "0.5",
    "MEDCOST_LIVENESS_TIMEOUT": "1.5",
    "MEDCOST_LIVENESS_GRACE": "1",
}


@pytest.fixture(scope="module")
def running(
    medcost_up: Callable[..., AbstractContextManager[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with medcost_up(tmp_path_factory.mktemp("hangs"), **LIVENESS) as running:
        yield running


@pytest.mark.parametrize("part", ["web", "model", "postgres"])
async def test_a_part_that_hangs_is_started_again_and_what_was_answered_is_recorded(
    part: str, running: Any, long: int
) -> None:
    async with running.under_load(workers=8) as asking:
        for _ in range(long):
            await asking.until_made(50, within=60)
            hung = running.pid(part)
            os.kill(hung, signal.SIGSTOP)
            await asyncio.to_thread(until, lambda hung=hung: running.pid(part) not in (0, hung), within=90)
            await asking.until_made(50, within=90)
    print(f"{part}: {asking.summary}")
    assert not asking.wrong
    assert all(asking.refused), "a 503 without Retry-After"
    await running.check(asking)


async def test_a_step_of_the_clock_hides_no_part_and_stops_no_database(
    running: Any, part: Callable[[str, str | None], None], tmp_path: Path
) -> None:
    part("mounts", mounts.missing())
    before = {name: running.pid(name) for name in ("web", "model", "postgres")}

    async def after_a_step(seconds: int, *arguments: str) -> str:
        command = [*stepped_clock.stepped_by(seconds, tmp_path), *CLI, *arguments, "--home", str(running.home)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        return done.stdout

    async with running.under_load(workers=8, per_second=50) as asking:
        for seconds in (-3600, 5):
            await asking.until_made(20, within=60)
            assert '"up": true' in await after_a_step(seconds, "status", "--json")
            assert await after_a_step(seconds, "models", "list", "--json")  # takes a lease of PostgreSQL, and ends it
            await asking.until_made(20, within=60)
    assert not [*asking.wrong, *asking.refused, *asking.broken], asking.summary
    assert {name: running.pid(name) for name in before} == before
    await running.check(asking)

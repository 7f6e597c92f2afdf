"""Parts are started, started again when they die, and ended; with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from adapters.common.processes import ProcessId, end
from domain.errors import Unavailable
from entrypoints.hosting import run_file
from entrypoints.hosting.liveness import Liveness
from entrypoints.hosting.run_file import Run
from entrypoints.hosting.supervisor import Part, Supervisor

pytestmark = pytest.mark.process

SLEEPER = (sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(300)")
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('!', flush=True); time.sleep(300)"
DEFAULT_LIVENESS = Liveness()
PARENT = f"""
import subprocess, time
print(subprocess.Popen({list(SLEEPER)!r}, stdout=subprocess.DEVNULL).pid, flush=True)
time.sleep(300)
"""


async def always_ready() -> None:
    return


def part(
    name: str, command: tuple[str, ...] = SLEEPER, answers: Callable = always_ready, lives: Callable = always_ready
) -> Part:
    environment = dict(os.environ)
    return Part(name=name, command=command, environment=environment, address="nowhere", answers=answers, lives=lives)


@asynccontextmanager
async def supervising(
    folder: Path, log: list[str], liveness: Liveness = DEFAULT_LIVENESS, end_within: float = 12.0
) -> AsyncIterator[Supervisor]:
    run = Run(ProcessId.mine(), "embedded", "http://127.0.0.1:1")
    supervisor = Supervisor(run, folder / "run.json", folder / "logs", log.append, liveness, end_within)
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  # another process makes it true
            await asyncio.sleep(0.02)


async def test_a_part_runs_and_is_written_down(tmp_path: Path) -> None:
    async with supervising(tmp_path, []) as supervisor:
        supervisor.start(part("sleeper"))
        await until(lambda: supervisor.run.parts)
        written = run_file.read(tmp_path / "run.json")
        assert written == supervisor.run
        assert written is not None
        assert written.parts[0].process.is_alive


async def test_a_part_that_was_killed_is_started_again(tmp_path: Path) -> None:
    log: list[str] = []
    async with supervising(tmp_path, log) as supervisor:
        supervisor.start(part("sleeper"))
        await until(lambda: supervisor.run.parts)
        first = supervisor.run.parts[0].process
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: supervisor.run.parts[0].restarts == 1)
        assert supervisor.run.parts[0].process != first
        assert "sleeper was killed by signal 9" in log[0]


async def test_a_renewed_part_has_another_process(tmp_path: Path) -> None:
    async with supervising(tmp_path, []) as supervisor:
        sleeper, other = part("sleeper"), part("other")
        supervisor.start(sleeper)
        supervisor.start(other)
        await until(lambda: len(supervisor.run.parts) == 2)
        before = {running.name: running.process for running in supervisor.run.parts}
        await supervisor.renew(sleeper)
        assert not before["sleeper"].is_alive
        await until(lambda: any(running.restarts for running in supervisor.run.parts))
        after = {running.name: running.process for running in supervisor.run.parts}
        assert after["sleeper"] != before["sleeper"]
        assert after["sleeper"].is_alive
        assert after["other"] == before["other"]


async def test_a_part_that_hangs_is_killed_and_started_again(tmp_path: Path) -> None:
    log: list[str] = []
    silent = asyncio.Event()

    async def lives() -> None:
        if silent.is_set():
            await asyncio.Event().wait()

    async with supervising(tmp_path, log, Liveness(period=0.01, timeout=0.05, grace=0.5), end_within=0.5) as supervisor:
        supervisor.start(part("sleeper", (sys.executable, "-c", DEAF), lives=lives))
        await until(lambda: supervisor.run.parts)
        first = supervisor.run.parts[0].process
        os.kill(first.pid, signal.SIGSTOP)
        silent.set()
        await until(lambda: log)
        silent.clear()
        await until(lambda: supervisor.run.parts[0].restarts == 1)
        assert not first.is_alive
        assert "sleeper hung (no answer within 0.05 s, 3 times in a row) and was ended" in log[0]


async def test_a_part_runs_once_though_it_cannot_be_written_down(tmp_path: Path) -> None:
    log: list[str] = []
    async with supervising(tmp_path, log) as supervisor:
        supervisor.file = tmp_path / "missing" / "run.json"
        supervisor.start(part("sleeper"))
        await until(lambda: log and supervisor.run.parts)
        assert "could not be written down" in log[0]
        (only,) = supervisor.run.parts
        assert (only.restarts, only.process.is_alive) == (0, True)


async def test_stopping_ends_every_part_and_what_it_started(tmp_path: Path) -> None:
    async with supervising(tmp_path, []) as supervisor:
        supervisor.start(part("parent", (sys.executable, "-c", PARENT)))
        log = tmp_path / "logs" / "parent.log"
        await until(lambda: log.exists() and log.read_text().strip())
        grandchild = ProcessId.of(int(log.read_text().split()[0]))
        child = supervisor.run.parts[0].process
    assert grandchild is not None
    assert not child.is_alive
    assert not grandchild.is_alive
    assert not (tmp_path / "run.json").exists()


async def test_a_part_that_never_answers_is_reported_with_its_last_words(tmp_path: Path) -> None:
    async def never() -> None:
        message = "no answer"
        raise Unavailable(message)

    async with supervising(tmp_path, []) as supervisor:
        mute = part("mute", answers=never)
        supervisor.start(mute)
        log = tmp_path / "logs" / "mute.log"
        await until(lambda: log.exists() and "hello" in log.read_text())
        with pytest.raises(Unavailable, match=r"(?s)mute is not ready: no answer.*hello"):
            await supervisor.until_ready([mute], within=0.1)


def test_what_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    log = (tmp_path / "out").open("wb")
    stubborn = psutil.Popen([sys.executable, "-c", DEAF], stdout=log)
    identity = ProcessId.of(stubborn.pid)
    assert identity is not None
    while not (tmp_path / "out").stat().st_size:
        assert stubborn.poll() is None
    end([identity], within=0.5)
    assert not identity.is_alive

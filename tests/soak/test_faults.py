"""Parts that are slow, hang, are cut off or full: deadlines are kept, memory is bounded, and it passes by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

DEADLINES = 3.0 + 5.0
"""Seconds that predictor and database have by default."""
SLACK = 2.0
GROWTH = 100 * 2**20
"""Bytes that a process may take more while it is held up: requests under way, not requests without end."""

SLOW_COMMIT = """
CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON predictions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION slow_commit();
"""
FAST_COMMIT = "CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"


async def test_commits_of_five_seconds_keep_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        await running.sql(SLOW_COMMIT)
        async with running.asked(workers=128) as asking:
            await asyncio.sleep(10 * long)
            assert asking.refused
            await running.sql(FAST_COMMIT)
            await recovers(asking)
        await holds(running, asking)


async def test_a_model_server_that_hangs_keeps_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.asked(workers=128) as asking:
            await asking.until_made(50, within=30)
            with stopped(running.pid("model")):
                await asyncio.sleep(8 * long)
                assert asking.refused
            await recovers(asking)
        await holds(running, asking)


async def test_a_slow_model_server_keeps_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.asked(workers=128) as asking:
            for _ in range(6 * long):
                with stopped(running.pid("model")):
                    await asyncio.sleep(0.95)
                await asyncio.sleep(0.05)
            await recovers(asking)
        await holds(running, asking)


async def test_cut_connections_lose_nothing(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.asked(workers=32) as asking:
            for _ in range(10 * long):
                await asking.until_made(20, within=30)
                await running.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                )
                await hang_up(running.url)
            await recovers(asking)
        await holds(running, asking)


async def test_a_full_disk_refuses_until_there_is_room_again(
    small_disk: Path, medcost_up: Callable[[Path], AbstractContextManager[Any]]
) -> None:
    with medcost_up(small_disk) as running, unharmed(running):
        async with running.asked(workers=8) as asking:
            await asking.until_made(50, within=30)
            ballast = small_disk / "ballast"
            fill(ballast)
            await asking.until_refused(20, within=120)
            ballast.unlink()
            await recovers(asking)
        await holds(running, asking)


@pytest.fixture
def small_disk(part: Callable[[str, str | None], None], tmp_path: Path) -> Iterator[Path]:
    """A disk that is soon full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", disk]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    part("tmpfs", f"no disk can be mounted: {mounted.stderr.strip()}" if mounted.returncode else None)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


async def recovers(asking: Any) -> None:
    """Within ten seconds of the fault's end, and for good."""
    await asking.until_made(within=10)
    await asyncio.sleep(1)
    await asking.until_made(50, within=30)


async def holds(running: Any, asking: Any) -> None:
    print(asking.summary)
    assert not asking.wrong, running.log("web")
    assert all(asking.refused), "a 503 without Retry-After"
    assert asking.slowest < DEADLINES + SLACK
    await running.check(asking)


@contextmanager
def unharmed(running: Any) -> Iterator[None]:
    """The same processes afterwards, and their peak is not much higher than before."""
    before = {name: running.pid(name) for name in ("web", "model")}
    sizes = {name: peak(pid) for name, pid in before.items()}
    yield
    for name, pid in before.items():
        assert running.pid(name) == pid, f"{name} was started again"
        grown = peak(pid) - sizes[name]
        print(f"{name}: {sizes[name] / 2**20:.0f} MB at most before, {grown / 2**20:.0f} MB more since")
        assert grown < GROWTH


def peak(pid: int) -> int:
    """Most bytes that a process ever had in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def hang_up(url: str) -> None:
    """Leave in the middle of a body."""
    host, port = url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/v1/predictions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    writer.write(f'{head}Content-Length: 100\r\n\r\n{{"age": 40'.encode())
    await writer.drain()
    writer.transport.abort()


def fill(ballast: Path) -> None:
    """Leave no room."""
    piece = bytes(2**16)
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(piece):
            pass

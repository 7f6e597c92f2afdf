"""Parts that are slow, hang, are cut off or full: deadlines are kept, memory is bounded, and it passes by itself."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support import bombs
from tests.support.command import run

DEADLINES = 3.0 + 5.0
"""Seconds that predictor and database have by default."""
SLACK = 2.0
GROWTH = 100 * 2**20
"""Bytes that a process may take more while it is held up: requests under way, not requests without end."""
READING = 200 * 2**20
"""Bytes that it may take more when it reads its first files, with the libraries for that."""

SLOW_COMMIT = """
CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON predictions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION slow_commit();
"""
FAST_COMMIT = "CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"


async def test_commits_of_five_seconds_keep_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        await running.sql(SLOW_COMMIT)
        async with running.under_load(workers=128) as asking:
            await asking.until_refused(200 * long, within=120 * long)
            await running.sql(FAST_COMMIT)
            await recovers(asking)
        await holds(running, asking, long)


async def test_a_model_server_that_hangs_keeps_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.under_load(workers=128) as asking:
            for _ in range(long):  # not longer at a time: it would be started again
                await asking.until_made(50, within=30)
                with stopped(running.pid("model")):
                    await asyncio.sleep(8)
                    assert asking.refused
                await recovers(asking)
        await holds(running, asking, long)


async def test_a_slow_model_server_keeps_deadlines_and_memory(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.under_load(workers=128) as asking:
            for _ in range(3 * long):
                with stopped(running.pid("model")):
                    await asyncio.sleep(0.95)
                await asyncio.sleep(0.05)
            await recovers(asking)
        await holds(running, asking, long)


async def test_cut_connections_lose_nothing(running: Any, long: int) -> None:
    with unharmed(running):
        async with running.under_load(workers=32) as asking:
            for _ in range(4 * long):
                await asking.until_made(20, within=30)
                await running.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND usename = current_user"
                )
                await hang_up(running.url)
            await recovers(asking)
        await holds(running, asking, long)


async def test_a_full_disk_refuses_until_there_is_room_again(
    small_disk: Path, medcost_up: Callable[[Path], AbstractContextManager[Any]], long: int
) -> None:
    with medcost_up(small_disk) as running, unharmed(running):
        async with running.under_load(workers=8) as asking:
            await asking.until_made(50, within=30)
            ballast = small_disk / "ballast"
            fill(ballast)
            status, body = await get(f"{running.url}/api/v1/health/ready")
            assert (status, "the disk of the home is full" in body) == (503, True), body
            doctor = await asyncio.to_thread(run, "doctor", home=running.home)
            assert doctor.status == 1
            assert "is full" in " ".join(doctor.output.split())
            assert doctor.errors == ""
            await asking.until_refused(20, within=120)
            ballast.unlink()
            await recovers(asking)
            assert (await get(f"{running.url}/api/v1/health/ready"))[0] == 200
        await holds(running, asking, long)


async def test_a_parquet_file_that_unpacks_a_thousandfold_takes_no_memory(running: Any, long: int) -> None:
    files = bombs.one_text_in_many_rows("sex"), bombs.one_huge_page(), bombs.texts_by_difference()
    with unharmed(running, growth=READING):
        async with running.under_load(workers=8) as asking:
            await asking.until_made(50, within=30)
            for bomb in files:
                await upload(running.url, bomb)
                await recovers(asking)
        await holds(running, asking, long)


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
    """Wait until requests are answered again, and stay so."""
    await asking.until_made(within=60)
    await asking.until_made(50, within=60)


async def holds(running: Any, asking: Any, long: int) -> None:
    """Check that every request was answered rightly, and in the long form, on a quiet machine, in time."""
    print(asking.summary)
    assert not asking.wrong, running.log("web")
    assert all(asking.refused), "a 503 without Retry-After"
    assert asking.slowest < DEADLINES + SLACK or long == 1
    await running.check(asking)


@contextmanager
def unharmed(running: Any, *, growth: int = GROWTH) -> Iterator[None]:
    """The same processes afterwards, and their peak is not much higher than before."""
    before = {name: running.pid(name) for name in ("web", "model")}
    sizes = {name: peak(pid) for name, pid in before.items()}
    yield
    for name, pid in before.items():
        assert running.pid(name) == pid, f"{name} was started again"
        grown = peak(pid) - sizes[name]
        print(f"{name}: {sizes[name] / 2**20:.0f} MB at most before, {grown / 2**20:.0f} MB more since")
        assert grown < growth


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


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def upload(url: str, content: bytes) -> None:
    """Give a file to the Batch page, which answers whether it reads it or not."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/batch") as page:
            place = re.search(r"/batch/[\w-]{32}/people", await page.text())
            assert place is not None
        async with session.put(f"{url}{place[0]}?name=people.parquet", data=content) as response:
            print(f"a file of {len(content)} bytes: {response.status} {(await response.text())[:200]}")
            assert response.status < 500


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

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from entrypoints.hosting.log_files import keep_small, rotate
from tests.support.waiting import until


def test_a_log_that_is_small_stays_as_it_is(tmp_path: Path):
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * 10)
    assert not rotate(log, limit=10)
    assert [file.name for file in tmp_path.iterdir()] == ["web.log"]


def test_who_writes_on_writes_into_the_same_log(tmp_path: Path):
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as process:
        for n in range(3):
            process.write(b"%d" % n * 11)
            assert rotate(log, limit=10)
            assert log.stat().st_size == 0
        process.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "web.log.1").read_bytes() == b"2" * 10


def test_of_a_log_that_grew_beyond_all_bounds_the_end_is_kept(tmp_path: Path):
    log = tmp_path / "web.log"
    log.write_bytes(b"old" * 1_000 + b"new")
    assert rotate(log, limit=3)
    assert (tmp_path / "web.log.1").read_bytes() == b"new"


def test_a_log_that_is_not_there_is_none(tmp_path: Path):
    assert not rotate(tmp_path / "web.log", limit=0)


def test_a_log_without_room_for_its_copy_stays(tmp_path: Path):
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * 11)
    (tmp_path / "web.log.1.draft").mkdir()
    assert not rotate(log, limit=10)
    assert log.read_bytes() == b"x" * 11


async def test_logs_are_kept_small_while_processes_write(tmp_path: Path):
    log = tmp_path / "web.log"
    log.touch()
    os.truncate(log, 30_000_000)
    keeping = asyncio.create_task(keep_small([tmp_path / "none.log", log]))
    await asyncio.to_thread(until, (tmp_path / "web.log.1").exists)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    assert log.stat().st_size == 0

"""The embedded server lives as long as somebody uses it, whoever is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from adapters.common.processes import ProcessId
from adapters.postgres.embedded import EmbeddedPostgres
from domain.errors import RepositoryUnavailable
from tests.support.waiting import until

pytestmark = pytest.mark.process

USER = """
import sys, time
from pathlib import Path
from adapters.postgres.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])).lease():
    print("leased", flush=True)
    sys.stdin.readline()
"""

WORK_AT_DRAFT = """
import sys
from itertools import count
from pathlib import Path

print("at work", flush=True)
for number in count():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    (folder / str(number % 50)).touch()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    yield server
    with server.lease():
        pass
    assert server.status() is None


def another_user(server: EmbeddedPostgres) -> subprocess.Popen[bytes]:
    user = subprocess.Popen([sys.executable, "-c", USER, server.data], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"leased\n"
    return user


def answer(server: EmbeddedPostgres, statement: str = "SELECT 42") -> object:
    engine = create_engine(server.url("medcost", driver="psycopg"))
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def test_the_last_one_out_stops_it_and_what_was_written_stays(server: EmbeddedPostgres) -> None:
    with server.lease():
        other = another_user(server)
        answer(server, "CREATE TABLE kept AS SELECT 7 AS n")
        status = server.status()
        assert status is not None
        assert status.leases == 2
        other.communicate(b"\n")
        assert answer(server) == 42
    assert server.status() is None
    with server.lease():
        assert answer(server, "SELECT n FROM kept") == 7


def test_a_user_that_was_killed_does_not_count(server: EmbeddedPostgres) -> None:
    killed = another_user(server)
    killed.kill()
    killed.wait()
    assert answer(server) == 42
    with server.lease():
        status = server.status()
        assert status is not None
        assert status.leases == 1
    assert server.status() is None


def test_a_server_that_was_killed_is_started_again(server: EmbeddedPostgres) -> None:
    with server.lease():
        before = server.status()
        assert before is not None
        assert server.ensure_running() is False
        os.kill(before.pid, signal.SIGKILL)
        until(lambda: server.status() is None)
        assert server.ensure_running() is True
        assert answer(server) == 42


def test_a_server_that_hangs_does_not_answer_and_is_started_anew(server: EmbeddedPostgres) -> None:
    async def answers(within: float) -> bool:
        with suppress(TimeoutError, RepositoryUnavailable):
            async with asyncio.timeout(within):
                await server.lives()
                return True
        return False

    with server.lease():
        answer(server, "CREATE TABLE kept AS SELECT 7 AS n")
        assert asyncio.run(answers(30))
        before = server.status()
        assert before is not None
        os.kill(before.pid, signal.SIGSTOP)
        assert not asyncio.run(answers(0.2))
        server.start_anew(grace=0.1)
        after = server.status()
        assert after is not None
        assert after.pid != before.pid
        assert asyncio.run(answers(30))
        assert answer(server, "SELECT n FROM kept") == 7
    assert not asyncio.run(answers(30))


def test_two_that_come_at_once_make_one_server(server: EmbeddedPostgres) -> None:
    command = [sys.executable, "-c", USER, str(server.data)]
    users = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == b"leased\n"
    assert answer(server) == 42
    for user in users:
        user.communicate(b"\n")
    assert server.status() is None


def test_a_half_made_data_folder_is_made_anew(server: EmbeddedPostgres) -> None:
    draft = server.data.with_name("postgres.draft")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    with server.lease():
        assert answer(server) == 42


def test_a_data_folder_is_made_though_an_orphan_still_works_at_an_earlier_draft(server: EmbeddedPostgres) -> None:
    draft = server.data.with_name("postgres.draft")
    draft.mkdir()
    with subprocess.Popen([sys.executable, "-c", WORK_AT_DRAFT, draft], stdout=subprocess.PIPE) as orphan:
        assert orphan.stdout is not None
        assert orphan.stdout.readline() == b"at work\n"
        try:
            with server.lease():
                assert answer(server) == 42
            assert orphan.wait(timeout=60) == -signal.SIGTERM
        finally:
            orphan.kill()


def test_a_pid_that_was_given_away_again_is_not_taken_for_the_server(server: EmbeddedPostgres) -> None:
    with server.lease():
        status = server.status()
        assert status is not None
        os.kill(status.pid, signal.SIGKILL)
        until(lambda: server.status() is None)
        pid_file = server.data / "postmaster.pid"
        pid_file.write_text(pid_file.read_text().replace(str(status.pid), str(os.getpid()), 1))
        assert server.ensure_running() is True
        assert answer(server) == 42


def test_a_deep_home_below_a_folder_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed.joinpath(*["deep" * 10] * 5) / "postgres")
    with server.lease():
        assert answer(server) == 42
        assert len(str(server.socket_folder)) < 90
    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_uid == os.geteuid()


def test_a_copy_of_the_folder_is_a_server_of_its_own(server: EmbeddedPostgres, tmp_path: Path) -> None:
    copy = EmbeddedPostgres(tmp_path.with_name(f"{tmp_path.name}-copy") / "postgres")
    with server.lease():
        answer(server, "CREATE TABLE kept AS SELECT 7 AS n")
        subprocess.run(["cp", "-a", server.data.parent, copy.data.parent], check=True)
        original = server.status()
        assert copy.status() is None
        with copy.lease():
            status = copy.status()
            assert original is not None
            assert status is not None
            assert (status.leases, status.pid == original.pid) == (1, False)
            assert answer(copy, "SELECT n FROM kept") == 7
        assert copy.status() is None
        assert server.status() == original
        assert answer(server) == 42


def test_a_lease_that_version_0_1_wrote_counts_while_its_process_lives(server: EmbeddedPostgres) -> None:
    with server.lease():
        mine = ProcessId.mine()
        leases = server.data.with_name("postgres.leases")
        (leases / f"{mine.pid}-living").write_text(f"{mine.pid} {mine.started!r}")
        (leases / f"{mine.pid}-gone").write_text(f"{mine.pid} {mine.started - 3600!r}")
        (leases / f"{mine.pid}-empty").touch()
        status = server.status()
        assert status is not None
        assert status.leases == 2
        (leases / f"{mine.pid}-living").unlink()

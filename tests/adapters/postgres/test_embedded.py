"""The embedded server lives as long as somebody uses it, whoever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from adapters.postgres.embedded import EmbeddedPostgres
from tests.waiting import until

USER = """
import sys, time
from pathlib import Path
from adapters.postgres.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])).lease():
    print("leased", flush=True)
    sys.stdin.readline()
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

"""The port `home_databases`: one suite over every adapter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.memory.home_databases import MemoryDatabases
from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.home_databases import EmbeddedDatabases
from domain.errors import HomeInUse
from domain.operations.audit import AuditAction, AuditEntry
from domain.ports.home_databases import HomeDatabases
from tests.support import homes

RESTORED = AuditEntry(
    at=datetime(2026, 1, 1, tzinfo=UTC), by="ann", action=AuditAction.BACKUP_RESTORED, subject="home.tar.gz"
)


@dataclass
class Case:
    """An adapter, and how a test makes and uses homes of it."""

    databases: HomeDatabases
    home: Path
    migration: str
    use: Callable[[], Any]
    erasures: Callable[[Path], int]
    restored_by: Callable[[Path], str]


@pytest.fixture(params=["memory", pytest.param("embedded", marks=pytest.mark.process)])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    home = tmp_path / "home"
    if request.param == "memory":
        memory = MemoryDatabases()
        memory.record(home, predictions=["a"], erased=["b"])

        def use() -> ExitStack:
            stack = ExitStack()
            memory.in_use.add(home)
            stack.callback(memory.in_use.discard, home)
            return stack

        return Case(
            memory,
            home,
            "0001",
            use,
            lambda folder: len(memory.recorded(folder)[1]),
            lambda folder: memory.trails[folder].by,
        )
    from adapters.optuna.storage import open_storage

    homes.empty(home)
    embedded = EmbeddedDatabases(lambda folder: EmbeddedPostgres(folder / "postgres"), open_storage)
    erase = "INSERT INTO erasures (prediction_id, erased_at, reason) VALUES (gen_random_uuid(), now(), 'request')"
    with EmbeddedPostgres(home / "postgres").lease() as server:
        server.client.ask("medcost", erase)

    def erasures(folder: Path) -> int:
        with EmbeddedPostgres(folder / "postgres").lease() as server:
            return int(server.client.ask("medcost", "SELECT count(*) FROM erasures"))

    def restored_by(folder: Path) -> str:
        with EmbeddedPostgres(folder / "postgres").lease() as server:
            return server.client.ask("medcost", "SELECT by FROM audit_trail WHERE action = 'backup.restored'").strip()

    lease = EmbeddedPostgres(home / "postgres").lease
    return Case(embedded, home, migrations.head(), lease, erasures, restored_by)


def dumped(case: Case, folder: Path) -> Path:
    folder.mkdir()
    with case.use():
        case.databases.dump(case.home, folder)
    return folder


def test_a_home_that_is_filled_from_copies_has_the_same_rows(case: Case, tmp_path: Path) -> None:
    dumps = dumped(case, tmp_path / "dumps")
    assert {path.name for path in dumps.iterdir()} == set(case.databases.names)
    (other := tmp_path / "other").mkdir()
    assert case.databases.knows(case.migration)
    assert case.databases.fill(other, dumps, case.migration, replaced=None, audit=RESTORED) == 0
    assert case.erasures(other) == 1
    assert case.restored_by(other) == "ann"


@pytest.mark.process
def test_jobs_of_files_that_no_backup_holds_have_failed_after_a_restore(tmp_path: Path) -> None:
    home, other, dumps = tmp_path / "home", tmp_path / "other", tmp_path / "dumps"
    from adapters.optuna.storage import open_storage

    databases = EmbeddedDatabases(lambda folder: EmbeddedPostgres(folder / "postgres"), open_storage)
    homes.empty(home)
    columns = "INSERT INTO jobs (id, kind, task, owner, created_at, state, place)"
    with EmbeddedPostgres(home / "postgres").lease() as server:
        for state, place in (("waiting", "'here'"), ("running", "'here'"), ("done", "'here'"), ("waiting", "NULL")):
            values = f"VALUES (gen_random_uuid(), 'scoring', '{{}}', 'local', now(), '{state}', {place})"
            server.client.ask("medcost", f"{columns} {values}")
        dumps.mkdir()
        databases.dump(home, dumps)
    other.mkdir()
    databases.fill(other, dumps, migrations.head(), replaced=None, audit=RESTORED)
    with EmbeddedPostgres(other / "postgres").lease() as server:
        states = "SELECT state, problem->>'error', erased_at IS NOT NULL FROM jobs ORDER BY 1, 3"
        assert server.client.ask("medcost", states).split() == [
            "done||t", "failed|JobFilesGone|t", "failed|JobFilesGone|t", "waiting||f"
        ]  # fmt: skip


def test_proofs_of_erasures_outlive_the_home_that_is_replaced(case: Case, tmp_path: Path) -> None:
    dumps = dumped(case, tmp_path / "dumps")
    (other := tmp_path / "other").mkdir()
    with case.databases.alone(case.home):
        assert case.databases.fill(other, dumps, case.migration, replaced=case.home, audit=RESTORED) == 0
    assert case.erasures(other) == 1


def test_databases_in_use_are_left_alone(case: Case) -> None:
    with case.use(), pytest.raises(HomeInUse), case.databases.alone(case.home):
        pytest.fail("not alone")
    with case.databases.alone(case.home):
        pass


def test_a_home_without_databases_is_nobodys_and_nothing_runs_in_it(case: Case, tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    case.databases.stop(other)
    with case.databases.alone(other):
        pass


def test_a_migration_of_another_release_is_not_known(case: Case) -> None:
    assert not case.databases.knows("9999")
    assert not case.databases.knows("+1")

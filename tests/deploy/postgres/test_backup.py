"""What was kept comes back to the last row."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from adapters.postgres.engine import connect
from adapters.postgres.prediction_table import METADATA
from adapters.postgres.predictions import PostgresPredictions
from domain.costs.prediction import Idempotency, ModelReference
from domain.errors import PredictionNotFound
from tests.support import recorded
from tests.support.default_schema import DEFAULT

NOW = datetime.now(UTC)
NEW = replace(recorded.NEW, created_at=NOW, model=ModelReference(1, "d" * 64))

ROWS = """
INSERT INTO predictions SELECT gen_random_uuid(), now() - n * interval '1 day', 18 + n % 80, 'female',
  10.123456789 + n % 50, n % 5, n % 2 = 0, 'northeast', 8210.37, 6520.01 + n, 0.9, 5030, 18390.99 + n, '[]', 3,
  repeat('d', 64)
FROM generate_series(1, 500) AS n
"""


def rows(server, database="medcost"):
    """Everything that is kept, table by table."""
    return {
        table: server.psql("-c", f"SELECT * FROM {table} ORDER BY 1", database=database)
        for table in (*METADATA.tables, "alembic_version")
    }


@pytest.fixture
def many_rows(app_server):
    app_server.psql("-c", ROWS, database="medcost")
    yield
    app_server.psql("-c", "DELETE FROM predictions", database="medcost")  # other tests look at the newest


@pytest.fixture
def start_backup(app_server):
    """`start_backup("save", …)` starts the script as in the container: the server's user, on the socket."""

    def start(*arguments):
        roles = app_server.folder / "roles.sql"
        shutil.copy(app_server.configuration / "app" / "roles.sql", roles)
        script = shutil.copy(app_server.configuration / "backup.sh", app_server.folder)
        return subprocess.Popen(
            [*app_server.as_its_user, script, *map(str, arguments)],
            env={"PATH": f"{app_server.programs}:/usr/bin:/bin", "PGHOST": str(app_server.folder),
                 "PGPORT": str(app_server.port), "ROLES": str(roles), "LC_ALL": "C"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=app_server.folder,
        )  # fmt: skip

    return start


@pytest.fixture
def backup(start_backup):
    """`backup("save", …)` runs it, gives its exit status and words."""

    def run(*arguments):
        process = start_backup(*arguments)
        words, _ = process.communicate()
        return process.returncode, words

    return run


@pytest.fixture
def drop_replaced(app_server):
    yield
    app_server.psql("-c", "DROP DATABASE IF EXISTS medcost_replaced")


def gets_in(server):
    with psycopg.connect(server.url("api").replace("+asyncpg", "")) as connection:
        return connection.execute("SELECT current_user").fetchone() == ("api",)


@pytest.mark.usefixtures("many_rows", "drop_replaced")
def test_a_restored_database_has_the_same_rows_and_the_same_people_get_in(app_server, backup):
    file = app_server.folder / "medcost.dump"
    before = rows(app_server)
    assert backup("save", "medcost", file)[0] == 0
    app_server.psql("-c", "DELETE FROM predictions; UPDATE api_keys SET role = 'admin'", database="medcost")

    status, output = backup("restore", "medcost", file)
    assert status == 0, output
    assert rows(app_server) == before
    with psycopg.connect(app_server.url("api").replace("+asyncpg", "")) as api:
        assert api.execute("SELECT count(*) >= 500 FROM predictions").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api.execute("SELECT hash FROM admin_password")
    assert app_server.psql("-c", "SELECT count(*) FROM predictions", database="medcost_replaced") == "0"


@pytest.mark.usefixtures("many_rows", "drop_replaced")
def test_what_was_replaced_is_never_lost_to_a_second_restore(app_server, backup):
    file = app_server.folder / "twice.dump"
    original = rows(app_server)
    assert backup("save", "medcost", file)[0] == 0
    assert backup("restore", "medcost", file)[0] == 0
    app_server.psql("-c", "DELETE FROM predictions", database="medcost")
    before = rows(app_server)

    status, output = backup("restore", "medcost", file)
    assert (status, "dropdb medcost_replaced" in output) == (1, True), output
    assert rows(app_server) == before
    assert rows(app_server, "medcost_replaced") == original
    app_server.psql("-c", "DROP DATABASE medcost_replaced")
    assert backup("restore", "medcost", file)[0] == 0
    assert rows(app_server) == original


@pytest.mark.usefixtures("many_rows", "drop_replaced")
async def test_who_was_erased_since_the_backup_does_not_come_back(app_server, backup):
    file = app_server.folder / "erased.dump"
    engine = connect(app_server.url("api"), deadline=10)
    try:
        predictions = PostgresPredictions(engine, DEFAULT)
        before, since, remaining = [await predictions.add(NEW, idempotency=Idempotency(f"k{n}", "f")) for n in range(3)]
        proofs = [await predictions.erase(before.id, at=NOW)]
        assert backup("save", "medcost", file)[0] == 0
        proofs += [await predictions.erase(since.id, at=NOW)]
        await engine.dispose()  # connects anew afterwards
        others = app_server.psql("-c", "SELECT count(*) FROM predictions", database="medcost")

        status, output = backup("restore", "medcost", file)
        assert status == 0, output
        assert [await predictions.erasure(erased.id) for erased in (before, since)] == proofs
        for erased in (before, since):
            with pytest.raises(PredictionNotFound):
                await predictions.get(erased.id)
        assert await predictions.replay(Idempotency("k1", "f"), at=NOW) is None
        assert (
            await predictions.replay(Idempotency("k2", "f"), at=NOW) == await predictions.get(remaining.id) == remaining
        )
        assert app_server.psql("-c", "SELECT count(*) FROM predictions", database="medcost") == others
    finally:
        await engine.dispose()


@pytest.mark.usefixtures("drop_replaced")
def test_a_restore_that_is_interrupted_leaves_the_database_open(app_server, backup, start_backup):
    file = app_server.folder / "interrupted.dump"
    assert backup("save", "medcost", file)[0] == 0
    before = rows(app_server)
    closed = "SELECT datconnlimit FROM pg_database WHERE datname = 'medcost'"
    with psycopg.connect(app_server.url("api").replace("+asyncpg", "")) as somebody:
        os.kill(somebody.info.backend_pid, signal.SIGSTOP)  # their connection does not end: the restore waits for it
        try:
            restoring = start_backup("restore", "medcost", file)
            while app_server.psql("-c", closed) != "0":
                assert restoring.poll() is None
            restoring.terminate()
        finally:
            os.kill(somebody.info.backend_pid, signal.SIGCONT)
        restoring.communicate()
        assert restoring.returncode == 1
    assert gets_in(app_server)
    assert rows(app_server) == before
    assert backup("restore", "medcost", file)[0] == 0


def test_a_restore_that_fails_half_way_leaves_the_database_open(app_server, backup):
    file = app_server.folder / "without erasures.dump"
    app_server.run(
        "pg_dump", "-h", str(app_server.folder), "-p", str(app_server.port), "--format=custom", "-T", "erasures",
        "-f", str(file), "medcost",
    )  # fmt: skip
    before = rows(app_server)
    status, output = backup("restore", "medcost", file)
    assert (status, "cannot be carried over" in output) == (1, True), output
    assert gets_in(app_server)
    assert rows(app_server) == before


def test_a_database_without_proofs_of_erasure_comes_back_too(app_server, backup):
    file = app_server.folder / "optuna.dump"
    assert backup("save", "optuna", file)[0] == 0
    status, output = backup("restore", "optuna", file)
    assert status == 0, output
    app_server.psql("-c", "DROP DATABASE optuna_replaced")


def test_a_file_that_is_no_backup_changes_nothing(app_server, backup):
    file = app_server.folder / "broken.dump"
    file.write_bytes(b"PGDMP" + bytes(5000))
    before = rows(app_server)
    assert backup("restore", "medcost", file)[0] == 1
    assert rows(app_server) == before


@pytest.mark.parametrize(
    "arguments", [(), ("save",), ("save", "medcost"), ("restore", "med; cost", "x"), ("drop", "a", "b")]
)
def test_wrong_usage_says_so(backup, arguments):
    status, output = backup(*arguments)
    assert (status, "backup.sh restore DATABASE FILE" in output) == (2, True)


@pytest.mark.usefixtures("many_rows")
def test_a_copy_of_the_whole_server_starts_with_the_same_rows(app_server, new_server):
    before = rows(app_server)
    copy = app_server.folder / "copy"
    app_server.run(
        "pg_basebackup", "-h", str(app_server.folder), "-p", str(app_server.port), "-D", str(copy / "data"),
        "--checkpoint=fast", "--no-sync",
    )  # fmt: skip
    app_server.run("pg_verifybackup", str(copy / "data"))
    restored = new_server("app", data=copy / "data", authority=app_server.authority)
    assert rows(restored) == before
    restored.stop()

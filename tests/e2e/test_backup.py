"""`medcost backup` and `medcost restore` over real homes: what comes back is what was there."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.support import homes
from tests.support.command import document, run, start
from tests.support.people import ANN_FACTS
from tests.support.waiting import until

TABLES = (
    "predictions",
    "outcome_changes",
    "erasures",
    "idempotency_keys",
    "model_versions",
    "model_ledger",
    "jobs",
    "api_keys",
    "schemas",
    "schema_revision",
    "alembic_version",
)


def rows(home: Path) -> dict[str, str]:
    """Every row of every table of both databases."""
    with EmbeddedPostgres(home / "postgres").lease() as server:
        rows = {table: server.client.ask("medcost", f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES}
        return {**rows, "trials": server.client.ask("optuna", "SELECT t::text FROM trials t ORDER BY 1")}


def files(home: Path) -> dict[str, str]:
    """Artifacts, shelf, pointer and the ledger's head."""
    files = [
        home / "serving.json",
        home / "ledger.head",
        *home.glob("mlflow/artifacts/**/*"),
        *home.glob("bentoml/models/**/*"),
    ]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def runs(home: Path) -> list[Any]:
    with closing(sqlite3.connect(home / "mlflow/mlflow.db")) as store:
        return store.execute("SELECT run_uuid, status FROM runs ORDER BY 1").fetchall()


def predict(url: str, **headers: str) -> str:
    """Record a prediction, and give its address."""
    answer = httpx.post(f"{url}/api/v1/predictions", json=ANN_FACTS, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


@contextmanager
def trickle(url: str) -> Iterator[list[str]]:
    """Predictions, one after the other, as long as the block runs: their addresses as they are committed."""
    made: list[str] = []
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            made.append(predict(url))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield made
    finally:
        enough.set()
        asking.join()


@dataclass(frozen=True)
class BackedUp:
    """A home, a backup of it, and what was there when it was made."""

    home: Path
    file: Path
    rows: dict[str, str]
    files: dict[str, str]
    runs: list[Any]


@pytest.fixture(scope="module")
def original(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> BackedUp:
    folder = tmp_path_factory.mktemp("kept")
    home, file = homes.copy(trained, folder / "home"), folder / "backup.tar.gz"
    made = document("backup", file, home=home)
    assert made == {
        "file": str(file), "bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "files": made["files"], "champion": 1,
    }  # fmt: skip
    return BackedUp(home, file, rows(home), files(home), runs(home))


@pytest.fixture
def backed_up(original: BackedUp, tmp_path: Path) -> BackedUp:
    """A copy that the test may change."""
    file = Path(shutil.copy(original.file, tmp_path / original.file.name))
    return replace(original, home=homes.copy(original.home, tmp_path / "home"), file=file)


def test_restored_elsewhere_it_is_the_same_home(backed_up: BackedUp, tmp_path: Path) -> None:
    other = tmp_path / "deep" / "other"
    other.parent.mkdir()
    restored = document("restore", backed_up.file, home=other)
    assert (restored["home"], restored["champion"], restored["replaced"]) == (str(other), 1, None)
    assert (rows(other), files(other), runs(other)) == (backed_up.rows, backed_up.files, backed_up.runs)
    assert other.stat().st_mode & 0o777 == 0o700
    document("models", "promote", "2", "--reason", "a test", home=other)  # registry, shelf and ledger go together
    assert document("models", "history", home=other)["verified"]
    assert rows(backed_up.home) == backed_up.rows
    assert [path.name for path in other.parent.iterdir()] == ["other"]


@dataclass(frozen=True)
class Served:
    """A home that was backed up while it served, and what was asked of it. Addresses are those of predictions.

    Args:
        home: which no longer runs.
        file: the backup.
        before: addresses of which all are in the backup.
        after: addresses of which none is.
        erased: an address that is in the backup, and was erased afterwards.
    """

    home: Path
    file: Path
    before: list[str]
    after: list[str]
    erased: str


@pytest.fixture(scope="module")
def served(trained_up: Any, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("served")
    file = folder / "backup.tar.gz"
    with trained_up(folder) as (home, url):
        erased = predict(url, **{"Idempotency-Key": "once"})
        with trickle(url) as made:
            until(lambda: len(made) >= 20)
            before = list(made)
            document("backup", file, home=home)
            during = len(made)
        after = [*made[during + 1 :], predict(url)]  # the first of them may have been under way
        refused = run("restore", file, "--replace", home=home)
        assert (refused.status, refused.errors.count("\n")) == (1, 1)
        assert "medcost down" in refused.errors
        predict(url)  # which it still answers
        assert httpx.delete(f"{url}{erased}", timeout=30).status_code == 204
    return Served(home, file, before, after, erased)


def test_a_backup_of_a_serving_home_holds_all_commits_and_no_request_fails(served: Served, tmp_path: Path) -> None:
    other = tmp_path / "other"
    document("restore", served.file, home=other)
    recorded = {line.split(",")[0].strip("(") for line in rows(other)["predictions"].splitlines()}
    addresses = {f"/api/v1/predictions/{identifier}" for identifier in recorded}
    assert {*served.before, served.erased} <= addresses
    assert addresses.isdisjoint(served.after)


def test_over_itself_it_is_as_it_was_and_what_was_there_stays_beside_it(backed_up: BackedUp) -> None:
    document("models", "promote", "2", "--reason", "a test", home=backed_up.home)
    changed = (rows(backed_up.home), files(backed_up.home))
    restored = document("restore", backed_up.file, "--replace", home=backed_up.home)
    assert (rows(backed_up.home), files(backed_up.home), runs(backed_up.home)) == (
        backed_up.rows,
        backed_up.files,
        backed_up.runs,
    )
    replaced = Path(restored["replaced"])
    assert (rows(replaced), files(replaced)) == changed
    again = run("restore", backed_up.file, "--replace", home=backed_up.home)
    assert (again.status, f"{replaced} is still there" in again.errors) == (1, True)
    assert document("models", "history", home=backed_up.home)["verified"]


def test_what_was_erased_since_stays_erased_with_its_proof(served: Served, tmp_path: Path) -> None:
    home = homes.copy(served.home, tmp_path / "home")
    restored = document("restore", served.file, "--replace", home=home)
    assert restored["erased"] == 1
    recorded = rows(home)
    name = served.erased.rpartition("/")[2]
    assert name not in recorded["predictions"]
    assert name in recorded["erasures"]
    assert recorded["idempotency_keys"] == ""
    assert served.before[0].rpartition("/")[2] in recorded["predictions"]
    assert document("db", "proof", name, home=home)["prediction_id"] == name


def test_a_damaged_file_changes_nothing(backed_up: BackedUp) -> None:
    content = backed_up.file.read_bytes()
    damaged = {
        "cut off": content[: len(content) // 2],
        "a changed byte": content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "nothing": b"",
    }
    for name, bad in damaged.items():
        backed_up.file.write_bytes(bad)
        refused = run("restore", backed_up.file, "--replace", home=backed_up.home)
        assert (refused.status, refused.errors.count("\n")) == (1, 1), name
        assert "damaged" in refused.errors
    assert sorted(path.name for path in backed_up.home.parent.iterdir()) == ["backup.tar.gz", "home"]
    assert (rows(backed_up.home), files(backed_up.home)) == (backed_up.rows, backed_up.files)


def test_a_home_that_a_command_uses_is_not_replaced(backed_up: BackedUp) -> None:
    with EmbeddedPostgres(backed_up.home / "postgres").lease():
        refused = run("restore", backed_up.file, "--replace", home=backed_up.home)
    assert (refused.status, "a process uses the database" in refused.errors) == (1, True)
    assert rows(backed_up.home) == backed_up.rows


def test_killed_midway_the_home_is_as_it_was_and_restoring_again_succeeds(backed_up: BackedUp) -> None:
    document("models", "promote", "2", "--reason", "a test", home=backed_up.home)
    before = rows(backed_up.home), files(backed_up.home)
    # when the file is being read, when a database is being made, and when it is being filled: each goes further than
    # what the one before has left behind
    for moment in ("databases/medcost", "postgres.draft", "postgres"):
        kill_the_restoring(backed_up, moment)
        assert (rows(backed_up.home), files(backed_up.home)) == before, moment
    assert document("restore", backed_up.file, "--replace", home=backed_up.home)["champion"] == 1
    assert (rows(backed_up.home), files(backed_up.home)) == (backed_up.rows, backed_up.files)
    assert sorted(path.name for path in backed_up.home.parent.iterdir()) == ["backup.tar.gz", "home", "home.replaced"]


def kill_the_restoring(backed_up: BackedUp, moment: str) -> None:
    """Begin to restore over the home, and kill that once it has made a file or folder of its draft."""
    process = start("restore", backed_up.file, "--replace", home=backed_up.home)
    made = backed_up.home.with_name("home.restoring") / moment

    def exists() -> bool:
        assert process.poll() is None
        return made.exists()

    until(lambda: not exists(), pause=0.001)  # that of a process which was killed before is removed
    until(exists, pause=0.001)
    process.kill()
    process.wait()


def test_a_backup_that_is_killed_leaves_the_one_before(backed_up: BackedUp) -> None:
    content = backed_up.file.read_bytes()
    process = start("backup", backed_up.file, home=backed_up.home)
    draft = backed_up.file.with_name(f"{backed_up.file.name}.part")
    until(lambda: draft.exists() or process.poll() is not None, pause=0.001)
    process.kill()
    process.wait()
    assert backed_up.file.read_bytes() == content or process.returncode == 0
    document("backup", backed_up.file, home=backed_up.home)
    assert [path.name for path in backed_up.home.iterdir() if path.name.startswith("backup-")] == []

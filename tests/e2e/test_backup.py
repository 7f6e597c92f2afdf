"""`medcost backup` and `medcost restore` over real homes: what comes back is what was there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.command import CLI
from tests.waiting import until

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
TABLES = (
    "predictions",
    "erasures",
    "idempotency_keys",
    "model_versions",
    "model_ledger",
    "api_keys",
    "alembic_version",
)


def run(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *map(str, arguments), "--home", str(home)], capture_output=True, text=True, check=False
    )


def document(*arguments: object, home: Path) -> dict[str, Any]:
    done = run(*arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(home: Path) -> dict[str, str]:
    """Every row of every table of both databases."""
    with EmbeddedPostgres(home / "postgres").lease() as server:
        found = {table: server.client.ask("medcost", f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES}
        return {**found, "trials": server.client.ask("optuna", "SELECT t::text FROM trials t ORDER BY 1")}


def files(home: Path) -> dict[str, str]:
    """Artifacts, shelf, pointer and the ledger's head."""
    found = [
        home / "serving.json",
        home / "ledger.head",
        *home.glob("mlflow/artifacts/**/*"),
        *home.glob("bentoml/models/**/*"),
    ]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file()
    }


def runs(home: Path) -> list[Any]:
    with closing(sqlite3.connect(home / "mlflow/mlflow.db")) as store:
        return store.execute("SELECT run_uuid, status FROM runs ORDER BY 1").fetchall()


def predict(url: str, **headers: str) -> str:
    """Record a prediction, and give its address."""
    answer = httpx.post(f"{url}/api/v1/predictions", json=ANN, headers=headers, timeout=30)
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


class Kept:
    """A home, a backup of it, and what was there when it was made."""

    def __init__(self, home: Path, file: Path) -> None:
        self.home, self.file = home, file
        self.rows, self.files, self.runs = rows(home), files(home), runs(home)


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    subprocess.run(["cp", "-a", trained, home], check=True)  # PostgreSQL's files may be nobody's
    return home


@pytest.fixture
def kept(copied: Path, tmp_path: Path) -> Kept:
    file = tmp_path / "backup.tar.gz"
    made = document("backup", file, home=copied)
    assert made == {
        "file": str(file), "bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "files": made["files"], "champion": 1,
    }  # fmt: skip
    return Kept(copied, file)


def test_restored_elsewhere_it_is_the_same_home(kept: Kept, tmp_path: Path) -> None:
    other = tmp_path / "deep" / "other"
    other.parent.mkdir()
    restored = document("restore", kept.file, home=other)
    assert (restored["home"], restored["champion"], restored["replaced"]) == (str(other), 1, None)
    assert (rows(other), files(other), runs(other)) == (kept.rows, kept.files, kept.runs)
    assert other.stat().st_mode & 0o777 == 0o700
    document("models", "promote", "2", "--reason", "a test", home=other)  # registry, shelf and ledger go together
    assert document("models", "history", home=other)["verified"]
    assert rows(kept.home) == kept.rows
    assert [path.name for path in other.parent.iterdir()] == ["other"]


def test_made_while_it_serves_it_holds_what_was_committed_before_and_no_request_fails(
    trained_up: Any, tmp_path: Path
) -> None:
    file, other = tmp_path / "backup.tar.gz", tmp_path / "other"
    with trained_up(tmp_path) as (home, url):
        with trickle(url) as made:
            until(lambda: len(made) >= 20)
            before = list(made)
            document("backup", file, home=home)
            after = len(made)
        refused = run("restore", file, "--replace", home=home)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "medcost down" in refused.stderr
        predict(url)
    document("restore", file, home=other)
    known = {line.split(",")[0].strip("(") for line in rows(other)["predictions"].splitlines()}
    addresses = {f"/api/v1/predictions/{one}" for one in known}
    assert set(before) <= addresses <= set(made[:after])


def test_over_itself_it_is_as_it_was_and_what_was_there_stays_beside_it(kept: Kept) -> None:
    document("models", "promote", "2", "--reason", "a test", home=kept.home)
    changed = (rows(kept.home), files(kept.home))
    restored = document("restore", kept.file, "--replace", home=kept.home)
    assert (rows(kept.home), files(kept.home), runs(kept.home)) == (kept.rows, kept.files, kept.runs)
    replaced = Path(restored["replaced"])
    assert (rows(replaced), files(replaced)) == changed
    again = run("restore", kept.file, "--replace", home=kept.home)
    assert (again.returncode, f"{replaced} is still there" in again.stderr) == (1, True)
    assert document("models", "history", home=kept.home)["verified"]


def test_what_was_erased_since_stays_erased_with_its_proof(trained_up: Any, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    with trained_up(tmp_path) as (home, url):
        stays, goes = predict(url), predict(url, **{"Idempotency-Key": "once"})
        document("backup", file, home=home)
        assert httpx.delete(f"{url}{goes}", timeout=30).status_code == 204
    restored = document("restore", file, "--replace", home=home)
    assert restored["erased"] == 1
    found = rows(home)
    name = goes.rpartition("/")[2]
    assert name not in found["predictions"]
    assert name in found["erasures"]
    assert found["idempotency_keys"] == ""
    assert stays.rpartition("/")[2] in found["predictions"]
    assert document("db", "proof", name, home=home)["prediction_id"] == name


def test_a_damaged_file_changes_nothing(kept: Kept) -> None:
    content = kept.file.read_bytes()
    damaged = {
        "cut off": content[: len(content) // 2],
        "a changed byte": content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "nothing": b"",
    }
    for name, bad in damaged.items():
        kept.file.write_bytes(bad)
        refused = run("restore", kept.file, "--replace", home=kept.home)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), name
        assert "damaged" in refused.stderr
    assert sorted(path.name for path in kept.home.parent.iterdir()) == ["backup.tar.gz", "home"]
    assert (rows(kept.home), files(kept.home)) == (kept.rows, kept.files)


def test_a_home_that_a_command_uses_is_not_replaced(kept: Kept) -> None:
    with EmbeddedPostgres(kept.home / "postgres").lease():
        refused = run("restore", kept.file, "--replace", home=kept.home)
    assert (refused.returncode, "a process uses the database" in refused.stderr) == (1, True)
    assert rows(kept.home) == kept.rows


@pytest.mark.parametrize("moment", ["databases/medcost", "postgres.draft", "postgres"])
def test_killed_midway_the_home_is_as_it_was_and_restoring_again_succeeds(kept: Kept, moment: str) -> None:
    """Killed when the file is being read, when a database is being made, and when it is being filled."""
    document("models", "promote", "2", "--reason", "a test", home=kept.home)
    before = rows(kept.home), files(kept.home)
    process = subprocess.Popen([*CLI, "restore", str(kept.file), "--replace", "--home", str(kept.home)])
    draft = kept.home.with_name("home.restoring")
    while not (draft / moment).exists():
        assert process.poll() is None
    process.kill()
    process.wait()
    assert (rows(kept.home), files(kept.home)) == before
    assert document("restore", kept.file, "--replace", home=kept.home)["champion"] == 1
    assert (rows(kept.home), files(kept.home)) == (kept.rows, kept.files)
    assert sorted(path.name for path in kept.home.parent.iterdir()) == ["backup.tar.gz", "home", "home.replaced"]


def test_a_backup_that_is_killed_leaves_the_one_before(kept: Kept) -> None:
    content = kept.file.read_bytes()
    process = subprocess.Popen([*CLI, "backup", str(kept.file), "--home", str(kept.home)])
    draft = kept.file.with_name(f"{kept.file.name}.part")
    until(lambda: draft.exists() or process.poll() is not None, pause=0.01)
    process.kill()
    process.wait()
    assert kept.file.read_bytes() == content or process.returncode == 0
    document("backup", kept.file, home=kept.home)
    assert [path.name for path in kept.home.iterdir() if path.name.startswith("backup-")] == []

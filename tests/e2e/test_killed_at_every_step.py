"""Kill -9 before and after every durable change of a real command on real parts; then run it again.

And what hands that had every right did to ledger and models: told, and nothing is changed.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from adapters.local.home import Home
from adapters.postgres.embedded import EmbeddedPostgres
from tests.support import homes
from tests.support.command import run
from tests.support.warm import Process

LOOK = ["look"]
FORGERY = """
    INSERT INTO model_ledger
    SELECT number + 1, change, version, digest, replaces, at, by, reason, overridden, seal, seal
    FROM model_ledger ORDER BY number DESC LIMIT 1
"""


class Processes:
    """A home, and processes that do something with it."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def ask(self, *acts: list[Any], kill_at: int | None = None) -> tuple[list[dict[str, Any]], bool]:
        """Give a document for each act that was carried out, and whether the process was killed in the last of them."""
        process = Process(
            [str(self.home.path), json.dumps(acts), json.dumps(kill_at)],
            os.environ,
            stdout=subprocess.PIPE,
            program=Path(__file__).with_name("step_killer.py"),
        )
        answer, _ = process.communicate(timeout=120)
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0
        documents = [json.loads(line) for line in answer.splitlines()]
        assert len(documents) == len(acts) - killed
        return documents, killed

    def documents_of(self, *acts: list[Any]) -> list[dict[str, Any]]:
        documents, killed = self.ask(*acts)
        assert not killed
        return documents

    def copies(self, version: int) -> tuple[list[Path], list[Path]]:
        """Where the registry and the shelf keep the folder of a version."""
        (shelved,) = self.home.bentoml.glob(f"models/medcost/v{version}-*/medcost")
        manifest = (shelved / "manifest.json").read_bytes()
        stored = self.home.mlflow_artifacts.rglob("medcost/manifest.json")
        return [stored_file.parent for stored_file in stored if stored_file.read_bytes() == manifest], [shelved]


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A home with champion 1 and a version 2."""
    home = Home(homes.empty(tmp_path_factory.mktemp("killed") / "home"))
    with EmbeddedPostgres(home.postgres).lease():
        processes = Processes(home)
        for seed in (1, 2):
            made = home.path / f"made-{seed}"
            assert processes.documents_of(["cook", str(made), seed], ["register", str(made / "medcost")])[1] == {
                "version": seed
            }
        assert processes.documents_of(["promote", 1]) == [{"version": 1}]
        yield processes


def all_agree(looked: dict[str, Any]) -> bool:
    """Ledger, alias, pointer and the model that answers are one; nothing is half registered."""
    version, digest = looked["champion"]
    served = {entry[1] for entry in looked["entries"]}
    newest = max(looked["admitted"])
    aliases = {"champion": version} | ({} if newest in served else {"challenger": newest})
    return (
        looked["answered"] == [version, digest] == looked["entries"][-1][1:]
        and looked["aliases"] == aliases
        and looked["registered"] == looked["admitted"]
    )


def kill_at_every_step(processes: Processes, act: list[Any], again: list[Any], back: list[Any]) -> list[dict[str, Any]]:
    """Do it, killed at one moment more each time; again; and back. Gives what was seen after each second go."""
    seen: list[dict[str, Any]] = []
    committed: set[bool] = set()
    (_, before), was_killed = processes.ask(back, LOOK, act, kill_at=0)
    assert was_killed
    for moment in itertools.count(1):  # how many there are is checked below
        # the process that looks at what the last one left behind is the next one to be killed
        documents, was_killed = processes.ask(LOOK, again, LOOK, back, LOOK, act, kill_at=moment)
        killed, repaired, after, _, back_again = documents[:5]
        # the ledger verifies, and what the pointer names comes to life, at any moment
        assert "error" not in killed, killed
        committed.add(killed["entries"] != before["entries"] or killed["admitted"] != before["admitted"])
        assert all_agree(after), (moment, after)
        seen.append(after | {"repaired": repaired})
        before = back_again
        if not was_killed:
            break
    assert committed == {False, True}
    return seen


def test_a_promotion(processes: Processes) -> None:
    seen = kill_at_every_step(processes, ["promote", 2], ["promote", 2], ["rollback"])
    assert len(seen) >= 6  # the head twice, the commit between, the alias, the pointer, and the end
    assert {look["champion"][0] for look in seen} == {2}
    assert all("error" not in look["repaired"] for look in seen)


def test_a_rollback(processes: Processes) -> None:
    seen = kill_at_every_step(processes, ["rollback"], ["rollback"], ["promote", 2])
    assert len(seen) >= 6
    assert {look["champion"][0] for look in seen} == {1}
    # one that had been committed is not done twice: there is no champion before
    assert {look["repaired"].get("error") for look in seen} == {None, "PromotionRefused"}


def test_a_registration(processes: Processes) -> None:
    act = ["register", str(processes.home.path / "made-1" / "medcost")]
    seen = kill_at_every_step(processes, act, act, LOOK)
    assert len(seen) >= 8
    assert all(look["repaired"]["version"] == max(look["admitted"]) for look in seen)
    assert len({look["champion"][0] for look in seen}) == 1


@pytest.fixture
def as_owner(processes: Processes) -> Iterator[Connection]:
    """A connection of the tables' owner, to whom no trigger says no; afterwards the ledger is as before.

    The champion is version 2, and a rollback would go back to version 1.
    """
    assert processes.documents_of(["promote", 1], ["promote", 2]) == [{"version": 1}, {"version": 2}]
    url = EmbeddedPostgres(processes.home.postgres).url("medcost", driver="psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE model_ledger DISABLE TRIGGER append_only"))
        connection.execute(text("CREATE TABLE kept AS TABLE model_ledger"))
        yield connection
        connection.execute(text("DELETE FROM model_ledger"))
        connection.execute(text("INSERT INTO model_ledger TABLE kept"))
        connection.execute(text("DROP TABLE kept"))
        connection.execute(text("ALTER TABLE model_ledger ENABLE TRIGGER append_only"))
    engine.dispose()


@pytest.mark.parametrize(
    ("tampering", "error_name"),
    [
        ("UPDATE model_ledger SET by = 'eve' WHERE number = 2", "ledger entry 2 does not match its seal"),
        ("DELETE FROM model_ledger WHERE number > 1", "cut off"),
        ("DELETE FROM model_ledger WHERE number = 1", "ledger entry 2 does not match its seal"),
        (FORGERY, "does not match its seal"),
        ("TRUNCATE model_ledger", "cut off"),
    ],
    ids=["changed", "tail cut off", "start cut off", "one more", "emptied"],
)
def test_a_tampered_ledger_is_told_and_nothing_is_promoted_or_rolled_back(
    processes: Processes, as_owner: Connection, tampering: str, error_name: str
) -> None:
    (aliases,) = processes.documents_of(["aliases"])
    pointer, head = processes.home.pointer.read_bytes(), processes.home.ledger_head.read_bytes()
    as_owner.execute(text(tampering))
    entries = as_owner.execute(text("SELECT * FROM model_ledger")).all()

    ended = run("models", "history", home=processes.home.path)
    assert (ended.status, ended.output, ended.errors.count("\n")) == (1, "", 1)
    assert error_name in ended.errors

    *refused, after = processes.documents_of(["promote", 1], ["rollback"], ["publish"], ["aliases"])
    assert {answer["error"] for answer in refused} == {"LedgerBroken"}
    assert after == aliases
    assert as_owner.execute(text("SELECT * FROM model_ledger")).all() == entries
    assert (processes.home.pointer.read_bytes(), processes.home.ledger_head.read_bytes()) == (pointer, head)


def spoil(folder: Path) -> None:
    with (folder / "distribution.npz").open("ab") as stream:
        stream.write(b"\0")


def test_a_tampered_version_is_not_promoted_and_a_tampered_model_store_is_repaired(
    processes: Processes, tmp_path: Path
) -> None:
    processes.documents_of(["promote", 2], ["rollback"])
    (before,) = processes.documents_of(LOOK)
    assert before["champion"][0] == 1
    stored, shelved = processes.copies(2)
    assert len(stored) == len(shelved) == 1
    shutil.copytree(stored[0], tmp_path / "good")
    for folder in (*stored, *shelved):
        spoil(folder)
    refused, after = processes.documents_of(["promote", 2], LOOK)
    assert refused["error"] == "ModelRefused"
    assert "distribution.npz changed" in refused["said"]
    assert after == before

    shutil.copytree(tmp_path / "good", stored[0], dirs_exist_ok=True)
    promoted, after = processes.documents_of(["promote", 2], LOOK)
    assert promoted == {"version": 2}
    assert all_agree(after)

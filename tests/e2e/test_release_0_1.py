"""Homes of release 0.1 become homes of this one, and 0.1 still serves them, put back without another migration."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from adapters.postgres import migrations
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from domain.costs.prediction import Idempotency, Outcome, Prediction
from domain.costs.prediction_query import PredictionQuery
from tests.support.command import run
from tests.support.people import ANN
from tests.support.recorded import NEW, NOON

RELEASE = "433b5dfd6a20052fc117a7ac3cd9917811006102"
TREE = Path(__file__).resolve().parents[2]
WORK = TREE / "tests" / "support" / "release_0_1.py"
COMMANDS = """
import json, sys
from entrypoints.cli.main import main
for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments)
    except SystemExit as end:
        if end.code:
            raise
"""
"""Carries out commands of the CLI one after the other: its imports take seconds."""


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of release 0.1."""
    archive = subprocess.run(
        ["git", "-C", TREE, "archive", RELEASE, "src", "migrations", "config"], check=False, capture_output=True
    )
    if archive.returncode:
        pytest.skip(f"the history holds no release 0.1 here: {archive.stderr.decode().strip()}")
    folder = tmp_path_factory.mktemp("release-0.1")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def old(release: Path) -> Callable[..., str]:
    """`old("program.py", …)` runs a program with the code of 0.1, and gives what it prints."""

    def program(*arguments: object, **environment: str) -> str:
        ended = subprocess.run(
            [sys.executable, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(release / "src"), **environment},
            cwd=release,
            check=False,
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return program


@pytest.fixture
def database(postgres_server: Callable[..., str]) -> str:
    """An empty database."""
    name = f"release_{uuid4().hex}"
    admin = create_engine(postgres_server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return postgres_server(name)


def described(prediction: Prediction) -> dict[str, Any]:
    """What the program of 0.1 prints of a prediction."""
    interval = prediction.interval
    return {
        "id": str(prediction.id),
        "facts": list(prediction.beneficiary.values),
        "money": [prediction.expected, prediction.typical, interval.low, interval.high],
        "outcome": prediction.outcome.charges if prediction.outcome else None,
    }


def by_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["id"])


async def test_what_0_1_recorded_comes_back_and_0_1_goes_on_with_it(old: Callable[..., str], database: str) -> None:
    old(WORK, database, "upgrade")
    before = json.loads(old(WORK, database, "record"))
    await migrations.upgrade(database)
    engine = connect(database, deadline=20)
    predictions = PostgresPredictions(engine, ANN.schema)
    await predictions.check()
    assert by_id([described(prediction) for prediction in await predictions.page(PredictionQuery(limit=500))]) == by_id(
        before
    )
    assert (await predictions.replay(Idempotency("key", "body", "local"), at=NOON)) is not None
    smokers = await predictions.page(PredictionQuery(where={"smoker": True}))
    assert [str(prediction.id) for prediction in smokers] == [before[1]["id"]]

    # this release records, and what 0.1 recorded is given an outcome
    made = [await predictions.add(replace(NEW, beneficiary=ANN, owner="key:1"))]
    made += await predictions.add_all([NEW, NEW])
    await predictions.record_outcome(UUID(before[0]["id"]), Outcome(99.5, NOON))

    # 0.1 is put back: it is ready, reads all of it, and records
    read = json.loads(old(WORK, database, "read"))
    assert len(read) == len(before) + 3
    ours = {str(prediction.id): described(prediction) for prediction in made}
    assert [row for row in read if row["id"] in ours] == [ours[row["id"]] for row in read if row["id"] in ours]
    late = json.loads(old(WORK, database, "record"))
    old(WORK, database, "upgrade")  # finds nothing to do

    # and this release reads what 0.1 has recorded meanwhile
    for row in late:
        assert described(await predictions.get(UUID(row["id"]))) == row
    await engine.dispose()


@pytest.mark.timeout(600)
def test_a_home_and_a_backup_of_0_1_become_those_of_this_release(old: Callable[..., str], tmp_path: Path) -> None:
    home, restored, people = tmp_path / "home", tmp_path / "restored", tmp_path / "people.csv"
    commands = (
        ("train", "stage=all", "model=[linear]", "cv=quick", "tuning.n_trials=1", "dataset.rows=400"),
        ("data", "sample", "--rows", "50", "--out", people),
        ("predict", "--input", people, "--output", tmp_path / "before.csv"),
        ("backup", tmp_path / "backup.tar.gz"),
    )
    old("-c", COMMANDS, json.dumps(commands, default=str), MEDCOST_HOME=str(home))

    for place in (home, restored):
        if place is restored:
            ended = run("restore", tmp_path / "backup.tar.gz", home=place)
            assert ended.status == 0, ended.errors
        assert run("db", "upgrade", home=place).status == 0
        webhook = ("webhooks", "add", "https://hooks.example.org/medcost", "--event", "model.promoted")
        assert run(*webhook, home=place).status == 0
        actions = [entry["action"] for entry in run("audit", "--json", home=place).document["entries"]]
        assert (actions[0], actions[-1]) == ("webhook.created", "model.promoted")  # which 0.1 recorded
        assert "insurance" in run("schema", "show", home=place).output
        after = tmp_path / f"{place.name}.csv"
        ended = run("predict", "--input", people, "--output", after, home=place)
        assert ended.status == 0, ended.errors
        rows = list(csv.DictReader(after.open()))
        assert {row.pop("chance_zero") for row in rows} == {"0.0"}
        assert rows == list(csv.DictReader((tmp_path / "before.csv").open()))

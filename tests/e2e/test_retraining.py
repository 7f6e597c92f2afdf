"""`medcost retrain` and `medcost models shadow` on real parts: PostgreSQL, MLflow, Optuna, BentoML's store."""

import asyncio
import csv
import getpass
import json
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from random import Random
from subprocess import DEVNULL, PIPE

import pytest

from adapters.arrow.synthetic import SyntheticClaims
from adapters.local.home import Home
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from domain.costs.distribution import Interval
from domain.costs.prediction import ModelReference, NewPrediction, Outcome
from domain.people.beneficiary import Beneficiary
from tests.support import command, homes
from tests.support.default_schema import DEFAULT

PREDICTIONS = 250
QUICK = ("model=[tree]", "cv=quick", "tuning.n_trials=2", "tuning.timeout=null", "tuning.patience=null")


@pytest.fixture
def home(trained, tmp_path):
    """A home with champion 1 and a version 2 of the same data."""
    home = homes.copy(trained, tmp_path / "home")
    with EmbeddedPostgres(Home(home).postgres).lease():  # it stays up between two commands
        yield home


@pytest.fixture
def run(home):
    """`run("models", "list")` runs a command on the home to its end, well or not."""
    return partial(command.run, home=home)


@pytest.fixture
def dearer(tmp_path):
    """The data of the champion, each year a fifth dearer."""
    claims = SyntheticClaims(DEFAULT, rows=400, seed=0).read()
    file = tmp_path / "dearer.csv"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list[str](DEFAULT.columns))
        writer.writeheader()
        for row, cost in zip(claims.facts, claims.charges, strict=True):
            facts = Beneficiary.of_numbers(DEFAULT, list(row)).as_facts()
            writer.writerow({**facts, "smoker": "yes" if facts["smoker"] else "no", "charges": round(cost * 1.2, 2)})
    return file


@pytest.fixture
def predicted(home):
    """People were answered by the champion, and their years cost a fifth more than the years that it learnt from."""
    champion = ModelReference(**json.loads(Home(home).pointer.read_text()))
    claims = SyntheticClaims(DEFAULT, rows=PREDICTIONS, seed=5).read()

    async def record(url):
        engine = connect(url, deadline=30)
        predictions = PostgresPredictions(engine, DEFAULT)
        now = datetime.now(UTC)
        new = [
            NewPrediction(
                created_at=now, beneficiary=Beneficiary.of_numbers(DEFAULT, list(row)), expected=9000.0, typical=7000.0,
                interval=Interval(0.9, 1000.0, 30000.0), cautions=(),
                model=champion,
            )
            for row in claims.facts
        ]  # fmt: skip
        made = await predictions.add_all(new)
        for prediction, cost in zip(made, claims.charges, strict=True):
            await predictions.record_outcome(prediction.id, Outcome(round(float(cost) * 1.2, 2), now))
        await engine.dispose()

    with EmbeddedPostgres(Home(home).postgres).lease() as server:
        asyncio.run(record(server.url("medcost")))


@pytest.fixture
def state(home):
    """`state()` is everything that a promotion, or a replay, could have changed."""

    async def tables(url):
        engine = connect(url, deadline=30)
        async with engine.connect() as connection:
            reports = [
                (await connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")).all()
                for table in ("predictions", "model_versions", "model_ledger", "monitoring_reports")
            ]
        await engine.dispose()
        return reports

    def look():
        with EmbeddedPostgres(Home(home).postgres).lease() as server:
            rows = asyncio.run(tables(server.url("medcost")))
        with closing(sqlite3.connect(Home(home).mlflow_database)) as store:
            registered = [
                store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("model_versions", "registered_model_aliases")
            ]
        return rows, registered, Home(home).pointer.read_bytes(), Home(home).ledger_head.read_bytes()

    return look


def test_a_replay_tells_how_answers_differ_and_changes_nothing(run, predicted, state):
    before = state()
    ended = run("models", "shadow", "2", "--json")
    assert ended.status == 0, ended.errors
    report = ended.document
    assert (report["champion"]["version"], report["challenger"]["version"]) == (1, 2)
    assert (report["predictions"], report["outcomes"]) == (PREDICTIONS, PREDICTIONS)
    replay = report["replay"]
    assert replay["comparison"]["rows"] == PREDICTIONS
    losses = [replay[side]["crps"] for side in ("challenger", "champion")]
    assert replay["comparison"]["difference"] == pytest.approx(losses[0] - losses[1])
    mover = report["movers"][0]
    assert mover["difference"] == pytest.approx(mover["challenger"]["expected"] - 9000, abs=0.01)
    shown = run("models", "shadow", "2", "--window", "7d")
    assert "Challenger minus champion" in shown.output
    assert mover["id"] in shown.output
    assert state() == before


def test_broken_data_are_refused_and_nothing_is_changed(run, dearer, state):
    before = state()
    broken = dearer.with_name("broken.csv")
    lines = dearer.read_text().splitlines()
    lines[1 + Random(0).randrange(400)] = "7,male,30,0,no,southeast,100"
    broken.write_text("\n".join(lines))
    refused = run("retrain", "dataset=csv", f"dataset.path={broken}", *QUICK, "--json")
    assert (refused.status, refused.output, refused.errors.count("\n")) == (1, "", 1)
    assert "column age" in refused.errors
    assert state() == before


@pytest.mark.timeout(600)  # seven processes, each of which imports MLflow and BentoML
def test_dearer_years_replace_the_champion_though_killed_once_and_started_twice(run, home, dearer, predicted):
    alarms = run("monitor", "run", "--json").document["alarms"]
    assert "drift:pit" in alarms
    retraining = ("retrain", "dataset=csv", f"dataset.path={dearer}", *QUICK, "gate.outcomes=true")
    process = command.start(*retraining, home=home, stdout=DEVNULL, stderr=PIPE)
    process.until("trial 0")
    process.send_signal(signal.SIGSTOP)  # at work, and no further than that, while another one begins
    second = run(*retraining)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert (second.status, second.output) == (1, "")
    assert f"a retraining of this home is at work: {getpass.getuser()} on" in second.errors
    assert f"process {process.pid}," in second.errors

    ended = run(*retraining, "--json")
    assert ended.status == 0, ended.errors
    assert "trial 0:" not in ended.errors  # it went on with the study
    report = ended.document
    assert (report["result"], report["before"]["version"], report["served"]["version"]) == ("promoted", 1, 3)
    assert report["monitoring"]["alarms"] == alarms
    compared = report["verdict"]["candidacy"]["comparison"]
    assert (compared["method"], compared["rows"], compared["outcomes"]) == (
        "unseen_rows",
        400 + PREDICTIONS,
        PREDICTIONS,
    )
    assert report["tuning"]["trials"] == 2
    (report_file,) = Home(home).reports.iterdir()
    assert json.loads(report_file.read_text()) == report
    report_file.unlink()  # as if it had been killed before it told of it
    again = run(*retraining, "--json").document
    assert (again["result"], again["entry"]) == ("unchanged", report["entry"])
    (report_file,) = Home(home).reports.iterdir()
    assert json.loads(report_file.read_text()) == again

    first, entry = run("models", "history", "--json").document["entries"]
    assert (first["version"], entry) == (1, report["entry"])
    for part in ("Retraining on dearer.csv (400 rows)", "drift:pit", "250 of them outcomes that came in"):
        assert part in entry["reason"]
    page = run("models", "show", "3", "--markdown").output
    assert "the monitoring of champion 1" in page
    assert "**Passed**, against champion 1, on 650 rows the champion never saw" in page


def test_data_that_hold_nothing_new_and_a_refusal_are_no_failure(run):
    same = ("retrain", "model=[linear]", "cv=quick", "tuning.n_trials=1", "dataset=synthetic", "dataset.rows=400")
    again = run(*same, "--json")
    assert (again.status, again.document["result"]) == (0, "unchanged")
    refused = run(*same, "cv.seed=1", "gate.margin=-0.9", "--json")
    assert (refused.status, refused.document["result"], refused.document["served"]["version"]) == (0, "refused", 1)
    assert "the gate refuses version 3" in refused.document["reason"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dataset=csv", "dataset.path=x.csv", "stage=optuna"), "goes through all stages"),
        (("cv=quick",), "name the new data"),
    ],
)
def test_wrong_usage_says_so(tmp_path, arguments, message):
    ended = command.call("retrain", *arguments, home=tmp_path / "nothing")
    assert ended.status == 2
    assert message in ended.errors
    assert not (tmp_path / "nothing").exists()

"""From a claims file to a champion, on real parts: PostgreSQL, MLflow, Optuna, BentoML's store."""

import json
import os
import signal
import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests.support import homes
from tests.support.command import run, start
from tests.support.default_schema import DEFAULT
from tests.support.waiting import until
from tests.support.warm import Process

pytestmark = pytest.mark.process

QUICK = ("model=[tree,knn]", "transform=none", "cv=quick", "dataset.rows=300", "tuning.timeout=null")


@pytest.fixture
def home(tmp_path):
    """A home that holds nothing yet, with all databases."""
    return homes.empty(tmp_path / "home")


@pytest.fixture
def medcost(home):
    """`medcost("models", "list")` runs a command; the database stays up between two of them."""
    with EmbeddedPostgres(home / "postgres").lease():
        yield partial(run, home=home)


@pytest.fixture
def trained(medcost):
    """A home with a champion, and the document that its training printed."""
    ended = medcost("train", "stage=all", *QUICK, "tuning.n_trials=2", "--json")
    assert ended.status == 0, ended.errors
    return ended.document


def check_actuarial(scored):
    """Assert that an evaluation of invented people, all with costs, has the figures for actuaries."""
    group = {
        "group",
        "rows",
        "people",
        "coverage",
        "mean_width",
        "bias",
        "predictive_ratio",
        "predictive_ratio_interval",
    }
    assert group == set(scored["groups"][0])
    assert scored["people"] == scored["rows"]
    assert {"cpm", "gini", "top_decile_capture", "predictive_ratios"} <= set(scored["actuarial"])
    assert len(scored["actuarial"]["predictive_ratios"]) == 10
    assert scored["zero"]["observed"] == 0
    assert scored["zero"]["predicted"] == 0
    assert [{"coverage", "predicted", "observed"} <= set(fifth) for fifth in scored["fifths"]] == [True] * 5


def check_reports(medcost, held_back, folder, *, crps):
    """Assert that reports are written as pages, documents and workbooks, and as nothing else."""
    page, document, workbook = (folder / f"report.{ending}" for ending in ("html", "json", "xlsx"))
    of_training = medcost("report", "--out", page)
    assert (of_training.status, "had not seen the person" in of_training.errors) == (0, True)
    assert "Predictive ratio by tenth" in page.read_text()
    assert medcost("report", "1", "--data", held_back, "--out", document).status == 0
    report = json.loads(document.read_text())
    assert (report["model"]["version"], report["scores"]["rows"]) == (1, 200)
    assert report["scores"]["crps"] == pytest.approx(crps)
    assert medcost("report", "--data", held_back, "--out", workbook).status == 0
    assert workbook.read_bytes()[:2] == b"PK"
    wrong = medcost("report", "--out", folder / "report.pdf")
    assert (wrong.status, ".html, .xlsx, .json" in wrong.errors) == (2, True)


def test_a_champion_is_trained_evaluated_and_predicts(medcost, trained, home, tmp_path):
    held_back = tmp_path / "held_back.csv"
    medcost("data", "sample", "--rows", "200", "--seed", "9", "--out", held_back)
    assert trained["champion"]["number"] == trained["version"]["number"] == 1
    assert trained["verdict"]["passed"] is True
    assert {family["name"] for family in trained["comparison"]["families"]} == {"tree", "knn"}

    scored = medcost("evaluate", "--data", held_back, "--json").document
    assert (scored["rows"], scored["model"]["digest"]) == (200, trained["champion"]["digest"])
    assert set(scored["typical"]) == {"mae", "median_ae", "within_100"}
    assert set(scored["interval"]) == {"level", "coverage", "mean_width", "interval_score"}
    check_actuarial(scored)

    (folder,) = home.glob("bentoml/models/*/*/medcost")
    alone = medcost("evaluate", "--data", held_back, "--model", folder, "--json", home=tmp_path / "no home").document
    assert alone == {**scored, "model": {**scored["model"], "version": None}}

    people = tmp_path / "people.csv"
    rows = ["40,male,30,1,no,southeast,kept", "old,male,30,1,no,mars,bad"]
    people.write_text("\n".join(["age,sex,bmi,children,smoker,region,note", *rows]))
    predicted = medcost("predict", "--input", people, "--output", tmp_path / "costs.csv", "--json")
    assert (predicted.status, predicted.document["scored"], predicted.document["bad"]) == (0, 1, 1)
    assert {(violation["row"], violation["column"]) for violation in predicted.document["violations"]} == {
        (2, "age"),
        (2, "region"),
    }
    header, row = (tmp_path / "costs.csv").read_text().splitlines()
    assert header.startswith("age,sex,bmi,children,smoker,region,note,expected,typical,low,high")
    assert ",kept," in row

    card = medcost("models", "show", "1", "--markdown")
    assert card.output.startswith("# Medcost, version 1\n")
    assert "**Passed**, against the distribution of all costs" in card.output
    assert trained["champion"]["digest"] in card.output

    check_reports(medcost, held_back, tmp_path, crps=scored["crps"])

    alike = medcost("data", "validate", held_back, "--json")
    assert (alike.status, alike.document["drift"]["model"]["version"]) == (0, 1)
    older = tmp_path / "older.csv"
    older.write_text(held_back.read_text().replace("\n2", "\n6").replace("\n1", "\n6"))
    drifted = medcost("data", "validate", older, "--fail-on-drift", "--json")
    assert (drifted.status, drifted.document["is_kept"]) == (1, True)
    assert "age" in drifted.document["drift"]["drifted"]
    assert "age" in drifted.errors

    before = medcost("models", "list", "--json").document
    broken = tmp_path / "broken.csv"
    broken.write_text(held_back.read_text().replace("\n", "\n-7,male,30,0,no,southeast,100\n", 1))
    refused = medcost("train", "stage=all", "dataset=csv", f"dataset.path={broken}")
    assert (refused.status, refused.errors.count("\n")) == (1, 1)
    assert "line 2, column age" in refused.errors
    result = medcost("data", "validate", broken, "--json")
    assert (result.status, result.document["is_kept"], result.document["violations"][0]["column"]) == (1, False, "age")
    assert {column["column"] for column in result.document["drift"]["columns"]} == set(DEFAULT.columns)
    assert medcost("models", "list", "--json").document == before
    assert len(medcost("models", "history", "--json").document["entries"]) == 1


def test_a_killed_tuning_goes_on_from_its_trials(medcost, home):
    assert medcost("train", "stage=training", *QUICK).status == 0
    tuning = ("train", "stage=optuna", *QUICK, "tuning.n_trials=6", "tuning.patience=null")
    process = start(*tuning, home=home, stdout=DEVNULL, stderr=PIPE)
    process.until("trial 0")
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert medcost("models", "list", "--json").document["models"] == []

    ended = medcost(*tuning, "--json")
    assert ended.status == 0, ended.errors
    assert "trial 0:" not in ended.errors
    assert "trial 5:" in ended.errors
    (version,) = medcost("models", "list", "--json").document["models"]
    assert version["champion"] is False
    assert "`medcost models show VERSION` says what the gate found" in " ".join(
        medcost("models", "list").output.split()
    )
    with closing(sqlite3.connect(home / "mlflow" / "mlflow.db")) as store:
        runs = store.execute("SELECT status, count(*) FROM runs WHERE name LIKE 'optuna-%' GROUP BY status").fetchall()
    assert dict(runs) == {"FAILED": 1, "FINISHED": 1}


def test_a_training_in_the_background_of_a_script_ends_at_sigterm(home):
    store = f"file:{home}/mlflow/mlflow.db?mode=ro"

    def runs():
        # closed at once, so that no look stands in the way of the training's own writes
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(store, uri=True)) as connection:
            begun = "SELECT status FROM runs JOIN params USING (run_uuid) WHERE params.key = 'data.rows'"
            return [status for (status,) in connection.execute(begun)]
        return []

    long = ("train", "stage=training", "dataset=synthetic", "cv.n_repeats=50")
    process = Process(
        [*long],
        {**os.environ, "MEDCOST_HOME": str(home)},
        stderr=PIPE,
        program=Path(__file__).with_name("in_background.py"),
    )
    until(lambda: process.poll() is not None or runs() == ["RUNNING"], within=170)
    process.terminate()
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130, errors
    assert runs() == ["FAILED"]

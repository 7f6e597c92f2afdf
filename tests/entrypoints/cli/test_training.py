"""From a claims file to a champion, on real parts: PostgreSQL, MLflow, Optuna, BentoML's store."""

import os
import signal
import sqlite3
import subprocess

import pytest

from tests.command import CLI

QUICK = ("model=[tree,knn]", "transform=none", "cv=quick", "dataset.rows=300", "tuning.timeout=null")


@pytest.fixture
def trained(medcost):
    """A home with a champion, and the document that its training printed."""
    ended = medcost("train", "stage=all", *QUICK, "tuning.n_trials=2", "--json")
    assert ended.status == 0, ended.said
    return ended.document


def test_a_champion_is_trained_evaluated_and_predicts(medcost, trained, home, tmp_path):
    held_back = tmp_path / "held_back.csv"
    medcost("data", "sample", "--rows", "200", "--seed", "9", "--out", held_back)
    assert trained["champion"]["number"] == trained["version"]["number"] == 1
    assert trained["verdict"]["passed"] is True
    assert {one["name"] for one in trained["comparison"]["families"]} == {"tree", "knn"}

    scored = medcost("evaluate", "--data", held_back, "--json").document
    assert (scored["rows"], scored["model"]["digest"]) == (200, trained["champion"]["digest"])
    assert set(scored["typical"]) == {"mae", "median_ae", "within_100"}
    assert set(scored["interval"]) == {"level", "coverage", "mean_width", "interval_score"}
    assert {"group", "rows", "coverage", "mean_width", "bias"} == set(scored["groups"][0])

    (folder,) = home.glob("bentoml/models/*/*/medcost")
    alone = medcost("evaluate", "--data", held_back, "--model", folder, "--json", home=tmp_path / "no home").document
    assert alone == {**scored, "model": {**scored["model"], "version": None}}

    people = tmp_path / "people.csv"
    rows = ["40,male,30,1,no,southeast,kept", "old,male,30,1,no,mars,bad"]
    people.write_text("\n".join(["age,sex,bmi,children,smoker,region,note", *rows]))
    predicted = medcost("predict", "--input", people, "--output", tmp_path / "costs.csv", "--json")
    assert (predicted.status, predicted.document["scored"], predicted.document["bad"]) == (0, 1, 1)
    assert {(one["row"], one["column"]) for one in predicted.document["violations"]} == {(2, "age"), (2, "region")}
    header, row = (tmp_path / "costs.csv").read_text().splitlines()
    assert header.startswith("age,sex,bmi,children,smoker,region,note,expected,typical,low,high")
    assert ",kept," in row

    card = medcost("models", "show", "1", "--markdown")
    assert card.output.startswith("# Medcost, version 1\n")
    assert "**Passed**, against the distribution of all costs" in card.output
    assert trained["champion"]["digest"] in card.output

    alike = medcost("data", "validate", held_back, "--json")
    assert (alike.status, alike.document["drift"]["model"]["version"]) == (0, 1)
    older = tmp_path / "older.csv"
    older.write_text(held_back.read_text().replace("\n2", "\n6").replace("\n1", "\n6"))
    drifted = medcost("data", "validate", older, "--fail-on-drift", "--json")
    assert (drifted.status, drifted.document["is_kept"]) == (1, True)
    assert "age" in drifted.document["drift"]["drifted"]
    assert "age" in drifted.said

    before = medcost("models", "list", "--json").document
    broken = tmp_path / "broken.csv"
    broken.write_text(held_back.read_text().replace("\n", "\n-7,male,30,0,no,southeast,100\n", 1))
    refused = medcost("train", "stage=all", "dataset=csv", f"dataset.path={broken}")
    assert (refused.status, refused.said.count("\n")) == (1, 1)
    assert "row 1, column age" in refused.said
    assert medcost("models", "list", "--json").document == before
    assert len(medcost("models", "history", "--json").document["entries"]) == 1


def test_a_killed_tuning_goes_on_from_its_trials(medcost, home):
    assert medcost("train", "stage=training", *QUICK).status == 0
    tuning = ("train", "stage=optuna", *QUICK, "tuning.n_trials=6", "tuning.patience=null")
    process = subprocess.Popen(
        [*CLI, *tuning],
        env={**os.environ, "MEDCOST_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("trial 0"):
            break
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert medcost("models", "list", "--json").document["models"] == []

    ended = medcost(*tuning, "--json")
    assert ended.status == 0, ended.said
    assert "trial 0:" not in ended.said
    assert "trial 5:" in ended.said
    (version,) = medcost("models", "list", "--json").document["models"]
    assert version["champion"] is False
    with sqlite3.connect(home / "mlflow" / "mlflow.db") as store:
        runs = store.execute("SELECT status, count(*) FROM runs WHERE name LIKE 'optuna-%' GROUP BY status").fetchall()
    assert dict(runs) == {"FAILED": 1, "FINISHED": 1}

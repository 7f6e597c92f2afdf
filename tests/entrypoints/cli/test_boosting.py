"""From a folder of Parquet files, by a cluster, to a champion that is served."""

import csv

import httpx
import pytest

from adapters.arrow.synthetic import SyntheticClaims
from tests.support import homes
from tests.support.command import run
from tests.support.default_schema import DEFAULT


@pytest.fixture
def home(tmp_path):
    """A home that holds nothing yet, with all databases."""
    return homes.empty(tmp_path / "home")


def request_of(row):
    """Make a request of a row of the file."""
    numbers = {"age": int(row["age"]), "bmi": float(row["bmi"]), "children": int(row["children"])}
    return {**numbers, **{name: row[name] for name in ("sex", "smoker", "region")}}


def published(answer):
    interval = answer["interval"]
    return answer["expected"], answer["typical"], interval["low"], interval["high"], answer["model"]["version"]


def test_trees_grown_by_two_workers_become_champion_and_answer(medcost_up, home, dask_cluster, tmp_path):
    from adapters.dask.executor import connected

    folder, people = tmp_path / "year=2024", tmp_path / "people.csv"
    folder.mkdir()
    for part in range(3):
        SyntheticClaims(DEFAULT, rows=500, seed=part).write(folder / f"part-{part}.parquet")
    with dask_cluster(workers=2) as cluster, connected(cluster.address, patience=60) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        trained = run(
            *("train", "stage=all", "dataset=parquet", f"dataset.path={folder}", "dataset.sample=400"),
            *("model=[boosting_xgboost]", "model.boosting_xgboost.hyperparameters.n_estimators=60", "cv=quick"),
            *("cv.n_splits=2", "tuning.n_trials=1", "tuning.timeout=null"),
            *("executor=dask", f"executor.address={cluster.address}", "--json"),
            home=home,
        )
    assert trained.status == 0, trained.errors
    assert trained.document["verdict"]["passed"] is True
    assert trained.document["champion"]["number"] == 1

    # the cluster is gone: who serves needs neither it nor XGBoost
    people.write_text(
        "age,sex,bmi,children,smoker,region\n"
        "40,male,30,1,no,southeast\n19,female,22.5,0,yes,northwest\n61,female,41.3,3,yes,southwest\n"
    )
    predicted = run("predict", "--input", people, "--output", tmp_path / "costs.csv", "--json", home=home)
    assert (predicted.status, predicted.document["scored"]) == (0, 3)
    rows = list(csv.DictReader((tmp_path / "costs.csv").open()))
    with medcost_up(home) as url, httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False) as api:
        answers = [api.post("/predictions", json=request_of(row)).raise_for_status().json() for row in rows]
    assert [published(answer) for answer in answers] == [
        tuple(float(row[name]) for name in ("expected", "typical", "low", "high", "model_version")) for row in rows
    ]
    assert len({answer["expected"] for answer in answers}) == 3

    card = run("models", "show", "1", "--markdown", home=home).output
    assert "1,500 rows: the 3 files of the folder year=2024" in card
    assert "The estimator was fitted on all rows" in card


@pytest.mark.process
def test_a_folder_is_described_as_one_data_set(medcost, tmp_path):
    for part in range(2):
        SyntheticClaims(DEFAULT, rows=50, seed=part).write(tmp_path / f"part-{part}.parquet")
    validated = medcost("data", "validate", tmp_path, "--json")
    assert (validated.status, validated.document["rows"], validated.document["is_kept"]) == (0, 100, True)

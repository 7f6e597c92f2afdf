"""Training and scoring on a cluster of real processes: a scheduler and two workers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from adapters.bentoml.publisher import BentoPublisher
from adapters.memory.clock import FixedClock
from adapters.memory.sample import small_sample
from adapters.pandas.synthetic import SyntheticClaims
from adapters.sklearn.trainer import SklearnTrainer
from adapters.system.home import Home
from domain.model import FoldPlan, Provenance, Recipe
from domain.prediction import ModelReference

CLI = [sys.executable, "-m", "entrypoints.cli.main"]
TRAINING = ["cv=quick", "tuning.n_trials=2", "dataset=synthetic", "dataset.rows=400", "model=[linear,interaction_ols]"]


@pytest.fixture(scope="module")
def cluster(dask_cluster: Callable[..., Any]) -> Iterator[Any]:
    with dask_cluster(workers=2) as started:
        yield started


def figures(document: dict[str, Any]) -> dict[str, Any]:
    """All that a training says but how long it took and what time it was."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            passing = ("fit_seconds", "predict_seconds", "milliseconds", "detail", "digest", "megabytes")
            return {name: without(one) for name, one in value.items() if name not in passing}
        return [without(one) for one in value] if isinstance(value, list) else value

    return without(document)


def train(home: Path, *overrides: str, meanwhile: Callable[[], object] = lambda: None) -> dict[str, Any]:
    """Train with nothing but this process and the cluster; ``meanwhile`` is called when the first family is done."""
    command = [*CLI, "train", *TRAINING, *overrides, "--profile", "memory", "--home", str(home), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    first = process.stderr.readline()
    meanwhile()
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, first + said
    return json.loads(out)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return train(tmp_path_factory.mktemp("local"))


def test_a_cluster_finds_the_same_winner_by_the_same_figures(cluster, local, tmp_path):
    there = train(tmp_path, "executor=dask", f"executor.address={cluster.address}")
    assert there["comparison"]["families"][0]["name"] == local["comparison"]["families"][0]["name"]
    assert figures(there) == figures(local)


def test_a_worker_killed_midway_changes_no_figure(cluster, local, tmp_path):
    overrides = ["executor=dask", f"executor.address={cluster.address}"]
    there = train(tmp_path, *overrides, meanwhile=cluster.workers.pop().kill)
    cluster.join()
    assert figures(there) == figures(local)


@pytest.fixture
async def home(tmp_path):
    """With a champion on its shelf."""
    trainer, recipe, plan, claims = SklearnTrainer(FixedClock()), Recipe(family="forest"), FoldPlan(), small_sample()
    test = trainer.test(recipe, claims, plan)
    made = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=tmp_path)
    place, reference = Home(tmp_path / "home"), ModelReference(1, made.digest)
    publisher = BentoPublisher(place.bentoml, place.pointer)
    await publisher.publish(reference, made.folder)
    await publisher.point_to(reference)
    return place.path


def predict(home: Path, source: Path, out: Path, *options: str) -> dict[str, Any]:
    command = [*CLI, "predict", "--input", str(source), "--output", str(out), "--home", str(home), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_folder_is_scored_by_the_cluster_as_it_is_here(cluster, home, tmp_path):
    people = tmp_path / "people"
    people.mkdir()
    for seed in range(4):
        SyntheticClaims(rows=500, seed=seed).write(people / f"{seed}.parquet")
    here = predict(home, people, tmp_path / "here")
    there = predict(home, people, tmp_path / "there", "--executor", "dask", "--address", cluster.address)
    assert there == here
    assert (here["rows"], here["files"], here["resumed"]) == (2000, 4, 0)
    for file in people.iterdir():
        assert pq.read_table(tmp_path / "there" / file.name).equals(pq.read_table(tmp_path / "here" / file.name))
    again = predict(home, people, tmp_path / "there", "--executor", "dask", "--address", cluster.address)
    assert again == {**there, "resumed": 4}

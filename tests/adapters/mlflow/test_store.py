"""MLflow's store: real processes on a fresh one, and what must never leave this machine."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from adapters.memory.loader import read_cost, write_flat_model
from domain.models.evaluation import Metric
from domain.models.model import ModelCard, Provenance, Recipe, TrainedModel
from domain.models.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from domain.people.origin import DataOrigin
from domain.ports.tracker import ExperimentSetup

pytestmark = pytest.mark.process

ORIGIN = DataOrigin("x", "x", synthetic=True)

OPEN = """
import sys
from pathlib import Path
from mlflow.telemetry import get_telemetry_client
from adapters.mlflow.store import MlflowStore
folder = Path(sys.argv[1])
print(MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts").experiment, get_telemetry_client())
"""


def open_store(folder):
    from adapters.mlflow.store import MlflowStore

    return MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def store(home):
    return open_store(home)


@pytest.fixture
def model(tmp_path):
    nothing = Scores(0, ExpectedScores(0, 0, 0), TypicalScores(0, 0, 0), 0, IntervalScores(0.9, 0, 0, 0), ())
    card = ModelCard(
        recipe=Recipe(family="flat"),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        origin=ORIGIN,
        data_digest="d",
        rows=0,
        cross_validation=nothing,
        test=nothing,
        ranges={},
        grouping=(),
        provenance=Provenance(metric="crps"),
    )
    folder = tmp_path / "model" / "medcost"
    return TrainedModel(folder, write_flat_model(folder, usd=100), card)


def open_elsewhere(folder):
    """Open the store in a process that sees no sign of a test, by which MLflow would keep its telemetry to itself."""
    seen = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    code = [sys.executable, "-c", OPEN, str(folder)]
    return subprocess.Popen(code, env=seen, cwd=folder, stdout=subprocess.PIPE, text=True)


def test_processes_that_open_a_fresh_store_share_an_experiment_without_telemetry(tmp_path):
    processes = [open_elsewhere(tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=150)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert outputs[0] == outputs[1]
    assert outputs[0][1:] == ["None"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["artifacts", "mlflow.db", "store.lock"]


def test_the_run_of_another_machine_is_left_alone(store):
    from adapters.mlflow.tracker import MlflowTracker

    elsewhere = store.client.create_run(store.experiment, tags={"medcost.process": "elsewhere 1 1.0"}).info.run_id
    here = store.client.create_run(store.experiment).info.run_id
    assert MlflowTracker(store).fail_abandoned() == 1
    assert store.client.get_run(elsewhere).info.status == "RUNNING"
    assert store.client.get_run(here).info.status == "FAILED"


def test_a_long_configuration_is_kept_whole(store):
    from adapters.mlflow.tracker import MlflowTracker

    configuration = {f"model.family_{number}.depth": number for number in range(250)}
    setup = ExperimentSetup(
        stage="training",
        metric=Metric.CRPS,
        origin=ORIGIN,
        data_digest="d",
        rows=1,
        currency="USD",
        git_revision="",
        configuration=configuration,
    )
    with MlflowTracker(store).run(setup) as tracked:
        pass
    params = store.client.get_run(tracked.id).data.params
    assert {name: int(params[name]) for name in configuration} == configuration


async def test_a_home_that_was_moved_takes_its_artifacts_along(tmp_path, home, store, model):
    from adapters.mlflow.registry import MlflowRegistry

    assert store.experiment
    first = shutil.copytree(home, tmp_path / "first")
    await MlflowRegistry(open_store(first)).register(model)
    registry = MlflowRegistry(open_store(first.rename(tmp_path / "moved")))
    fetched = await registry.fetch(1, tmp_path / "fetched")
    assert read_cost(fetched, model.digest).expected == 100
    await registry.register(model)
    assert not first.exists()

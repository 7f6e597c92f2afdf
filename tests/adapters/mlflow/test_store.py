"""MLflow's store: real processes on a fresh one, and what must never leave this machine."""

import os
import subprocess
import sys

import pytest

from adapters.mlflow.store import MlflowStore
from adapters.mlflow.tracker import MlflowTracker
from domain.claims import DataOrigin
from domain.evaluation import Metric
from domain.ports.tracker import ExperimentSetup

OPEN = """
import sys
from pathlib import Path
from mlflow.telemetry import get_telemetry_client
from adapters.mlflow.store import MlflowStore
folder = Path(sys.argv[1])
print(MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts").experiment, get_telemetry_client())
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    return MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")


def open_elsewhere(folder):
    """Open the store in a process that sees no sign of a test, by which MLflow would keep its telemetry to itself."""
    seen = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    code = [sys.executable, "-c", OPEN, str(folder)]
    return subprocess.Popen(code, env=seen, cwd=folder, stdout=subprocess.PIPE, text=True)


def test_processes_that_open_a_fresh_store_at_once_share_one_experiment_and_send_no_telemetry(tmp_path):
    processes = [open_elsewhere(tmp_path) for _ in range(2)]
    said = [process.communicate(timeout=150)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert said[0] == said[1]
    assert said[0][1:] == ["None"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["artifacts", "mlflow.db", "store.lock"]


def test_the_run_of_another_machine_is_left_alone(store):
    elsewhere = store.client.create_run(store.experiment, tags={"medcost.process": "elsewhere 1 1.0"}).info.run_id
    here = store.client.create_run(store.experiment).info.run_id
    assert MlflowTracker(store).fail_abandoned() == 1
    assert store.client.get_run(elsewhere).info.status == "RUNNING"
    assert store.client.get_run(here).info.status == "FAILED"


def test_a_long_configuration_is_kept_whole(store):
    configuration = {f"model.family_{number}.depth": number for number in range(250)}
    setup = ExperimentSetup(
        stage="training",
        metric=Metric.CRPS,
        origin=DataOrigin("x", "x", synthetic=True),
        data_digest="d",
        rows=1,
        git_revision="",
        configuration=configuration,
    )
    with MlflowTracker(store).run(setup) as tracked:
        pass
    params = store.client.get_run(tracked.id).data.params
    assert {name: int(params[name]) for name in configuration} == configuration

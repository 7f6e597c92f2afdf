"""What every tracker of experiments promises."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.local.clock import SystemClock
from adapters.memory.sample import small_sample
from adapters.memory.tracker import MemoryTracker
from adapters.msgspec.report_document import ReportDocument
from domain.errors import NoComparison
from domain.models.evaluation import Evaluation, Metric
from domain.models.model import FoldPlan, Recipe, TrainedModel
from domain.people.origin import DataOrigin
from domain.ports.tracker import ExperimentRun, ExperimentSetup, ExperimentTracker
from domain.ports.tuner import Trial
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from adapters.mlflow.store import MlflowStore


SETUP = ExperimentSetup(
    stage="training",
    metric=Metric.CRPS,
    origin=DataOrigin("sample.csv", "a sample", synthetic=True),
    data_digest="d" * 64,
    rows=400,
    currency="USD",
    git_revision="abc",
    configuration={"cv.n_splits": 3, "model.linear.transform": "none"},
)


@pytest.fixture(scope="module")
def evaluations() -> list[Evaluation]:
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, plan = SklearnTrainer(SystemClock()), FoldPlan(n_splits=3, n_repeats=1)
    recipes = [Recipe(family="tree", hyperparameters={"max_depth": 3, "min_samples_leaf": 20}), Recipe(family="linear")]
    return [trainer.cross_validate(recipe, small_sample(DEFAULT), plan, on_fold=lambda _: None) for recipe in recipes]


@pytest.fixture(params=["memory", "mlflow"])
def tracker(request: pytest.FixtureRequest) -> ExperimentTracker:
    if request.param == "memory":
        return MemoryTracker()
    from adapters.mlflow.tracker import MlflowTracker

    return MlflowTracker(request.getfixturevalue("mlflow_store"))


def compare(tracker: ExperimentTracker, evaluations: list[Evaluation], model: TrainedModel, setup: Any = SETUP) -> str:
    with tracker.run(setup) as run:
        log(run, evaluations, model)
    return run.id


def log(run: ExperimentRun, evaluations: list[Evaluation], model: TrainedModel) -> None:
    for evaluation in evaluations:
        run.log_family(evaluation, evaluation.overall)
    run.log_comparison(evaluations)


def test_the_last_comparison_names_the_best_recipe_whole(
    tracker: ExperimentTracker, evaluations: list[Evaluation], fitted: TrainedModel
) -> None:
    compare(tracker, evaluations[::-1], fitted)
    newest = compare(tracker, evaluations, fitted)
    comparison = tracker.last_comparison(data_digest="d" * 64)
    assert (comparison.run, comparison.metric, comparison.best) == (newest, Metric.CRPS, evaluations[0].recipe)
    assert [family.name for family in comparison.families] == ["tree", "linear"]
    assert comparison.families[0].mean == pytest.approx(evaluations[0].mean(Metric.CRPS))


def test_a_comparison_that_failed_or_was_made_on_other_data_does_not_count(
    tracker: ExperimentTracker, evaluations: list[Evaluation], fitted: TrainedModel
) -> None:
    with suppress(KeyboardInterrupt), tracker.run(SETUP) as run:
        log(run, evaluations, fitted)
        raise KeyboardInterrupt
    with pytest.raises(NoComparison, match="medcost train stage=training"):
        tracker.last_comparison(data_digest="d" * 64)
    compare(tracker, evaluations, fitted)
    with pytest.raises(NoComparison):
        tracker.last_comparison(data_digest="e" * 64)


def test_trials_are_logged(tracker: ExperimentTracker, evaluations: list[Evaluation], fitted: TrainedModel) -> None:
    with tracker.run(SETUP) as run:
        run.log_trial(Trial(number=0, state="complete", hyperparameters={"a": 1, "b": None}, loss=2.5, seconds=0.1))
        run.log_trial(Trial(number=1, state="pruned", hyperparameters={"a": 2}, loss=None, seconds=0.1))
        run.log_model(evaluations[0], evaluations[0].overall, fitted)


def test_nothing_of_a_living_process_is_abandoned(tracker: ExperimentTracker) -> None:
    with tracker.run(SETUP):
        assert tracker.fail_abandoned() == 0


def test_mlflow_holds_a_parent_with_a_child_for_each_family(
    mlflow_store: MlflowStore, evaluations: list[Evaluation], fitted: TrainedModel
) -> None:
    from adapters.mlflow.tracker import MlflowTracker

    parent = compare(MlflowTracker(mlflow_store), evaluations, fitted)
    runs = {run.info.run_name: run for run in mlflow_store.client.search_runs([mlflow_store.experiment])}
    assert set(runs) == {"training-sample.csv", "tree", "linear"}
    tree = runs["tree"]
    assert tree.data.tags["mlflow.parentRunId"] == parent
    assert tree.info.status == "FINISHED"
    assert tree.data.params["max_depth"] == "3"
    assert tree.data.metrics["crps"] == pytest.approx(evaluations[0].mean(Metric.CRPS))
    assert len(mlflow_store.client.get_metric_history(tree.info.run_id, "fold.crps")) == 3
    assert {"test.expected.r2", "crps.spread", "out_of_fold.interval.coverage"} <= set(tree.data.metrics)
    plots = {
        name: {Path(artifact.path).stem for artifact in mlflow_store.client.list_artifacts(run.info.run_id, "plots")}
        for name, run in runs.items()
    }
    assert plots == {
        "training-sample.csv": {"comparison"},
        "tree": {"predicted-against-actual", "residuals", "calibration", "folds"},  # the winner
        "linear": set(),
    }
    tags = runs["training-sample.csv"].data.tags
    assert (tags["git.revision"], tags["data.digest"], tags["data.synthetic"]) == ("abc", "d" * 64, "true")
    assert len(mlflow_store.client.search_logged_models([mlflow_store.experiment])) == 0


def test_a_tuned_model_has_its_report_in_mlflow(
    mlflow_store: MlflowStore, evaluations: list[Evaluation], fitted: TrainedModel
) -> None:
    from adapters.mlflow.tracker import MlflowTracker

    with MlflowTracker(mlflow_store, [ReportDocument()]).run(SETUP) as run:
        run.log_model(evaluations[0], evaluations[0].overall, fitted)
    (artifact,) = mlflow_store.client.list_artifacts(run.id, "report")
    assert artifact.path == "report/report.json"


def test_a_run_that_is_interrupted_while_rows_are_read_is_failed(mlflow_store: MlflowStore) -> None:
    from adapters.mlflow.tracker import MlflowTracker

    def interrupt(frame: FrameType, *_: object) -> Callable[..., Any]:
        if "cursor" in frame.f_code.co_freevars:  # a function of SQLAlchemy's whose closure holds the cursor
            sys.settrace(None)
            raise KeyboardInterrupt
        return interrupt

    def be_interrupted() -> None:
        with MlflowTracker(mlflow_store).run(SETUP) as run:
            before = sys.gettrace()
            sys.settrace(interrupt)
            try:
                mlflow_store.client.get_run(run.id)
            finally:
                sys.settrace(before)

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    (run,) = mlflow_store.client.search_runs([mlflow_store.experiment])
    assert run.info.status == "FAILED"


def test_a_run_that_is_interrupted_in_the_middle_of_a_statement_is_failed(mlflow_store: MlflowStore) -> None:
    from sqlalchemy import Engine, event

    from adapters.mlflow.tracker import MlflowTracker

    def interrupt(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM runs" in statement:  # its row was not fetched yet, and it holds the store's lock
            event.remove(Engine, "after_cursor_execute", interrupt)
            raise KeyboardInterrupt

    def be_interrupted() -> None:
        with MlflowTracker(mlflow_store).run(SETUP) as run:
            event.listen(Engine, "after_cursor_execute", interrupt)
            mlflow_store.client.get_run(run.id)

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    (run,) = mlflow_store.client.search_runs([mlflow_store.experiment])
    assert run.info.status == "FAILED"


ABANDON = """
import sys, time
from pathlib import Path
from adapters.mlflow.store import MlflowStore
from adapters.mlflow.tracker import MlflowTracker
from domain.people.origin import DataOrigin
from domain.models.evaluation import Metric
from domain.ports.tracker import ExperimentSetup

folder = Path(sys.argv[1])
setup = ExperimentSetup(
    stage="optuna", metric=Metric.CRPS, origin=DataOrigin("x", "x", synthetic=True), data_digest="d", rows=1,
    currency="USD", git_revision="", configuration={},
)
with MlflowTracker(MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")).run(setup) as run:
    print(run.id, flush=True)
    time.sleep(300)
"""


def test_the_run_of_a_process_that_was_killed_is_failed(mlflow_store: MlflowStore, tmp_path: Path) -> None:
    from adapters.mlflow.tracker import MlflowTracker

    with subprocess.Popen(
        [sys.executable, "-c", ABANDON, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as killed:
        assert killed.stdout is not None
        run = killed.stdout.readline().decode().strip()
        killed.kill()
    assert MlflowTracker(mlflow_store).fail_abandoned() == 1
    assert mlflow_store.client.get_run(run).info.status == "FAILED"

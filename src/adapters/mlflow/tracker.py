"""Experiments in MLflow: a parent run for a comparison or a tuning, a child for each family or trial."""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final

import msgspec
from mlflow.entities import Metric as MlflowMetric
from mlflow.entities import Param, RunTag

from adapters.common.processes import ProcessId, machine
from adapters.mlflow import plots
from adapters.mlflow.models import log_model
from adapters.mlflow.store import MlflowStore, translated
from domain.errors import NoComparison
from domain.models.actuarial_report import ReportedModel
from domain.models.evaluation import Metric
from domain.models.model import FamilySummary, NotCompared, Recipe
from domain.models.training_report import training_report
from domain.ports.tracker import ExperimentRun, ExperimentTracker, TrackedComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure
    from mlflow import MlflowClient

    from domain.models.evaluation import Evaluation
    from domain.models.model import TrainedModel
    from domain.models.scores import Scores
    from domain.ports.report_writer import ReportWriter
    from domain.ports.tracker import ExperimentSetup
    from domain.ports.tuner import Trial

_PARENT: Final = "mlflow.parentRunId"
_COMPARISON: Final = "medcost.comparison"
_PROCESS: Final = "medcost.process"
_CURRENCY: Final = "currency"
"""The tag of a run with the currency of its metrics."""
_SIGNS: Final = {">=": "from", "<=": "upto", ">": "above", "<": "below", "=": ""}
_ODD: Final = re.compile(r"[^\w.\- ]")
"""Characters that the name of a metric may not have."""
_LONGEST_PARAM: Final = 6000
"""Characters that MLflow keeps of a parameter."""


class MlflowTracker(ExperimentTracker):
    """Logs to one experiment; for a tuned model, also the actuary's report.

    Args:
        store: the tracking store.
        writers: write the report, each to a file of its own.
    """

    def __init__(self, store: MlflowStore, writers: Sequence[ReportWriter] = ()) -> None:
        self._store, self._writers = store, writers

    @contextmanager
    def run(self, setup: ExperimentSetup) -> Iterator[ExperimentRun]:
        """Open a run."""
        client = self._store.client
        tags = {
            "stage": setup.stage,
            "metric": setup.metric.value,
            "data.digest": setup.data_digest,
            "data.origin": setup.origin.name,
            _CURRENCY: setup.currency,
            "data.synthetic": str(setup.origin.synthetic).lower(),
            "git.revision": setup.git_revision,
            _PROCESS: f"{machine()} {ProcessId.mine().encode()}",
        }
        with translated():
            started = client.create_run(
                self._store.experiment, tags=tags, run_name=f"{setup.stage}-{setup.origin.name}"
            )
        run = MlflowRun(client, self._store.experiment, started.info.run_id, setup.currency, self._writers)
        try:
            with translated():
                _log(client, run.id, params={"data.rows": setup.rows, **setup.configuration})
            yield run
        except BaseException as error:
            # also an interrupt: what was begun is marked before it travels on. An interrupted statement holds SQLite's
            # lock for as long as its cursor lives in the frames of the traceback
            clear_frames(error.__traceback__)
            run.end("FAILED")
            raise
        run.end("FINISHED")

    def fail_abandoned(self) -> int:
        """Mark runs that killed processes of this machine left open; the processes of other machines are unknown."""
        client = self._store.client
        with translated():
            running = _search(client, self._store.experiment, "attributes.status = 'RUNNING'")
            parents = {run.info.run_id: run for run in running if _PARENT not in run.data.tags}
            abandoned = [
                run
                for run in running
                if not _is_at_work(parents.get(run.data.tags.get(_PARENT, run.info.run_id), run).data.tags)
            ]
            for run in abandoned:
                client.set_terminated(run.info.run_id, "FAILED")
        return len(abandoned)

    def last_comparison(self, *, data_digest: str) -> TrackedComparison:
        """Return the newest finished comparison on these data."""
        client = self._store.client
        condition = (
            f"attributes.status = 'FINISHED' AND tags.stage = 'training' AND tags.`data.digest` = '{data_digest}'"
        )
        with translated():
            runs = _search(client, self._store.experiment, condition)
        comparisons = [run for run in runs if _COMPARISON in run.data.tags]
        if not comparisons:
            message = (
                "no finished comparison of families on these data: run `medcost train stage=training` on them first"
            )
            raise NoComparison(message)
        newest = comparisons[0]
        comparison = msgspec.json.decode(newest.data.tags[_COMPARISON], type=_Comparison)
        return TrackedComparison(
            run=newest.info.run_id,
            metric=Metric(newest.data.tags["metric"]),
            families=comparison.families,
            best=comparison.best,
            not_compared=comparison.not_compared,
        )


class _Comparison(msgspec.Struct, frozen=True):
    """The result of a finished comparison, which the tuning reads."""

    best: Recipe
    families: tuple[FamilySummary, ...]
    not_compared: tuple[NotCompared, ...] = ()


class MlflowRun(ExperimentRun):
    """An open run."""

    def __init__(
        self, client: MlflowClient, experiment: str, run: str, currency: str, writers: Sequence[ReportWriter]
    ) -> None:
        self._client = client
        self._writers = writers
        self._currency = currency
        self._experiment = experiment
        self._run = run
        self._children: list[str] = []
        self._families: dict[str, str] = {}

    @property
    def id(self) -> str:
        """Return the identifier of the run."""
        return self._run

    def log_family(self, evaluation: Evaluation, test: Scores) -> None:
        """Log a family as a child."""
        with translated(), self._child(evaluation.recipe.name) as child:
            self._log_evaluation(child, evaluation, test)
            self._families[evaluation.recipe.name] = child

    def log_trial(self, trial: Trial) -> None:
        """Log a trial as a child."""
        with translated(), self._child(f"trial-{trial.number}", _marks(trial)) as child:
            losses = {} if trial.loss is None else {"loss": trial.loss}
            _log(self._client, child, params=trial.hyperparameters, metrics={**losses, "seconds": trial.seconds})
        if trial.loss is not None:
            with translated():
                _log(self._client, self._run, metrics={"loss": trial.loss}, step=trial.number)

    def log_comparison(self, ranking: Sequence[Evaluation], not_compared: Sequence[NotCompared] = ()) -> None:
        """Log the ranking, and plot the winner only: plotting every family takes longer than fitting most."""
        with translated():
            metric = Metric(self._client.get_run(self._run).data.tags["metric"])
            families = tuple(evaluation.summary(metric) for evaluation in ranking)
            comparison = _Comparison(best=ranking[0].recipe, families=families, not_compared=tuple(not_compared))
            self._figure(self._run, plots.comparison(ranking, metric, self._currency), "comparison")
            self._draw(self._families[ranking[0].recipe.name], ranking[0])
            _log(
                self._client,
                self._run,
                metrics={f"{family.name}.{metric.value}": family.mean for family in families},
                tags={
                    "winner": ranking[0].recipe.name,
                    _COMPARISON: msgspec.json.encode(comparison).decode(),
                    **{f"left_out.{skipped.name}": skipped.reason for skipped in not_compared},
                },
            )

    def log_model(self, evaluation: Evaluation, test: Scores, model: TrainedModel) -> None:
        """Log the result of a tuning."""
        with translated():
            self._log_evaluation(self._run, evaluation, test, {"model.digest": model.digest})
            log_model(self._client, self._experiment, self._run, model)
            self._report(model)
            self._draw(self._run, evaluation)

    def _report(self, model: TrainedModel) -> None:
        reported = ReportedModel(version=None, recipe=model.card.recipe.name, digest=model.digest)
        report = training_report(reported, model.card, at=model.card.created_at)
        with tempfile.TemporaryDirectory() as workspace:
            for writer in self._writers:
                file = Path(workspace) / f"report{writer.ending}"
                file.write_bytes(writer.write(report))
                self._client.log_artifact(self._run, str(file), "report")

    def end(self, status: str) -> None:
        """End the run, and the child that is open."""
        with translated():
            for run in (*self._children, self._run):
                self._client.set_terminated(run, status)

    @contextmanager
    def _child(self, name: str, tags: Mapping[str, str] | None = None) -> Iterator[str]:
        marks = {_PARENT: self._run, _CURRENCY: self._currency, **(tags or {})}
        child = self._client.create_run(self._experiment, tags=marks, run_name=name).info.run_id
        self._children.append(child)
        yield child
        self._client.set_terminated(child)
        self._children.remove(child)

    def _log_evaluation(
        self, run: str, evaluation: Evaluation, test: Scores, tags: Mapping[str, str] | None = None
    ) -> None:
        recipe = evaluation.recipe
        summary: dict[str, float] = {
            "fit_seconds": evaluation.fit_seconds,
            "predict_seconds": evaluation.predict_seconds,
        }
        for metric in Metric:
            summary[metric.value] = evaluation.mean(metric)
            summary[f"{metric.value}.spread"] = evaluation.spread(metric)
        summary |= _flat(evaluation.overall, "out_of_fold") | _flat(test, "test")
        params = {"family": recipe.family, "transform": recipe.transform, **recipe.hyperparameters}
        folds = [
            {**{f"fold.{metric.value}": fold[metric] for metric in Metric}, "fold.coverage": fold.coverage}
            for fold in evaluation.folds
        ]
        _log(self._client, run, params=params, metrics=summary, tags=tags, series=folds)

    def _draw(self, run: str, evaluation: Evaluation) -> None:
        for name, figure in plots.of_family(evaluation, self._currency).items():
            self._figure(run, figure, name)

    def _figure(self, run: str, figure: Figure, name: str) -> None:
        self._client.log_figure(run, figure, f"plots/{name}.png", save_kwargs={"dpi": plots.DPI})


def _search(client: MlflowClient, experiment: str, condition: str) -> list[Any]:
    runs: list[Any] = []
    token = None
    while True:
        page = client.search_runs([experiment], condition, max_results=500, page_token=token)
        runs += page
        token = page.token
        if not token:
            return runs


def _marks(trial: Trial) -> dict[str, str]:
    error = {"trial.error": trial.error[:_LONGEST_PARAM]} if trial.error else {}
    return {"trial.state": trial.state, **error}


def _is_at_work(tags: Mapping[str, str]) -> bool:
    if _PROCESS not in tags:
        return False
    here, process = f"{machine()} ", tags[_PROCESS]
    if not process.startswith(here):
        return True
    worker = ProcessId.decode(process.removeprefix(here))
    return worker is not None and worker.is_alive


def _flat(scores: Scores, prefix: str) -> dict[str, float]:
    """Return every number of nested scores by its dotted name."""
    flat: dict[str, float] = {}
    for part in ("expected", "typical", "interval"):
        numbers = msgspec.to_builtins(getattr(scores, part))
        flat |= {f"{prefix}.{part}.{name}": value for name, value in numbers.items()}
    for group in scores.groups:
        label = _label(group.group)
        flat |= {f"{prefix}.{label}.coverage": group.coverage, f"{prefix}.{label}.bias": group.bias}
    return {f"{prefix}.crps": scores.crps, **flat}


def _log(
    client: MlflowClient,
    run: str,
    *,
    params: Mapping[str, object] | None = None,
    metrics: Mapping[str, float] | None = None,
    tags: Mapping[str, str] | None = None,
    step: int = 0,
    series: Sequence[Mapping[str, float]] = (),
) -> None:
    """Log parameters, metrics and tags in one call; ``series`` are metrics at step 0, 1, and so on."""
    now = int(time.time() * 1000)
    points = [(step, metrics or {}), *enumerate(series)]
    client.log_batch(
        run,
        metrics=[MlflowMetric(name, float(value), now, at) for at, some in points for name, value in some.items()],
        params=[Param(name, str(value)[:_LONGEST_PARAM]) for name, value in (params or {}).items()],
        tags=[RunTag(name, value) for name, value in (tags or {}).items()],
    )


def _label(group: str) -> str:
    """Return the name of a group as a part of a metric's name, in which MLflow takes few signs.

    >>> _label("smoker=yes"), _label("bmi>=30"), _label("plan=Gold+")
    ('smoker-yes', 'bmi-from-30', 'plan-Gold_')
    """
    for sign, word in _SIGNS.items():
        group = group.replace(sign, f"-{word}-" if word else "-")
    return _ODD.sub("_", group)

"""One open run in MLflow, and what is logged to it and its children."""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from mlflow.entities import Metric as MlflowMetric
from mlflow.entities import Param, RunTag

from adapters.mlflow import plots
from adapters.mlflow.models import log_model
from adapters.mlflow.store import translated
from domain.models.actuarial_report import ReportedModel
from domain.models.evaluation import Metric
from domain.models.model import FamilySummary, NotCompared, Recipe
from domain.models.training_report import training_report
from domain.ports.tracker import ExperimentRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure
    from mlflow import MlflowClient

    from domain.models.evaluation import Evaluation
    from domain.models.model import TrainedModel
    from domain.models.scores import Scores
    from domain.ports.report_writer import ReportWriter
    from domain.ports.tuner import Trial

PARENT: Final = "mlflow.parentRunId"
COMPARISON: Final = "medcost.comparison"
"""The tag of a finished comparison with its result."""
CURRENCY: Final = "currency"
"""The tag of a run with the currency of its metrics."""
_SIGNS: Final = {">=": "from", "<=": "upto", ">": "above", "<": "below", "=": ""}
_ODD: Final = re.compile(r"[^\w.\- ]")
"""Characters that the name of a metric may not have."""
_ODD_IN_PARAM: Final = re.compile(r"[^\w.\- :]")
_LONGEST_NAME: Final = 200
_LONGEST_PARAM: Final = 6000
"""Characters that MLflow keeps of a parameter."""


class RunComparison(msgspec.Struct, frozen=True):
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
            log_batch(self._client, child, params=trial.hyperparameters, metrics={**losses, "seconds": trial.seconds})
        if trial.loss is not None:
            with translated():
                log_batch(self._client, self._run, metrics={"loss": trial.loss}, step=trial.number)

    def log_comparison(self, ranking: Sequence[Evaluation], not_compared: Sequence[NotCompared] = ()) -> None:
        """Log the ranking, and plot the winner only: plotting every family takes longer than fitting most."""
        with translated():
            metric = Metric(self._client.get_run(self._run).data.tags["metric"])
            families = tuple(evaluation.summary(metric) for evaluation in ranking)
            comparison = RunComparison(best=ranking[0].recipe, families=families, not_compared=tuple(not_compared))
            self._figure(self._run, plots.comparison(ranking, metric, self._currency), "comparison")
            self._draw(self._families[ranking[0].recipe.name], ranking[0])
            log_batch(
                self._client,
                self._run,
                metrics={f"{family.name}.{metric.value}": family.mean for family in families},
                tags={
                    "winner": ranking[0].recipe.name,
                    COMPARISON: msgspec.json.encode(comparison).decode(),
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
        marks = {PARENT: self._run, CURRENCY: self._currency, **(tags or {})}
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
        log_batch(self._client, run, params=params, metrics=summary, tags=tags, series=folds)

    def _draw(self, run: str, evaluation: Evaluation) -> None:
        for name, figure in plots.of_family(evaluation, self._currency).items():
            self._figure(run, figure, name)

    def _figure(self, run: str, figure: Figure, name: str) -> None:
        self._client.log_figure(run, figure, f"plots/{name}.png", save_kwargs={"dpi": plots.DPI})


def _marks(trial: Trial) -> dict[str, str]:
    error = {"trial.error": trial.error[:_LONGEST_PARAM]} if trial.error else {}
    return {"trial.state": trial.state, **error}


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


def log_batch(
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
        params=[Param(name, str(value)[:_LONGEST_PARAM]) for name, value in _named(params or {}).items()],
        tags=[RunTag(name, value) for name, value in (tags or {}).items()],
    )


def _named(params: Mapping[str, object]) -> Mapping[str, object]:
    """Return parameters by names that MLflow takes: those of mapped columns have the signs that files have.

    >>> _named({"dataset.map.Age (years)": "age", "dataset.map.Größe €": "size", "dataset.map.Größe $": "size"})
    {'dataset.map.Age _years_': 'age', 'dataset.map.Größe _': 'size', 'dataset.map.Größe _ 2': 'size'}
    """
    named: dict[str, object] = {}
    for name, value in params.items():
        plain = _ODD_IN_PARAM.sub("_", name)[:_LONGEST_NAME]
        same = sum(other.startswith(plain) for other in named)
        named[plain if plain not in named else f"{plain} {same + 1}"] = value
    return named


def _label(group: str) -> str:
    """Return the name of a group as a part of a metric's name, in which MLflow takes few signs.

    >>> _label("smoker=yes"), _label("bmi>=30"), _label("plan=Gold+")
    ('smoker-yes', 'bmi-from-30', 'plan-Gold_')
    """
    for sign, word in _SIGNS.items():
        group = group.replace(sign, f"-{word}-" if word else "-")
    return _ODD.sub("_", group)

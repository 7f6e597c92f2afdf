"""Output of a training: progress while it runs, tables when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

from domain.models.evaluation import FoldScores, Metric
from entrypoints.cli.output import money
from entrypoints.cli.tables import right, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from application.models.compare_models import Comparison
    from domain.models.evaluation import Evaluation
    from domain.models.model import Recipe
    from domain.models.promotion import Verdict
    from domain.ports.tuner import Trial


def bars(console: Console) -> Progress:
    """Return progress bars; without a terminal they are hidden, and lines are printed instead."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        disable=not console.is_terminal,
    )


class FoldsProgress:
    """Progress of folds by recipe: the ``on_fold`` of a comparison."""

    def __init__(self, progress: Progress, recipes: Sequence[Recipe], folds: int, metric: Metric) -> None:
        self._progress = progress
        self._folds = folds
        self._metric = metric
        self._all = progress.add_task("all families", total=len(recipes) * folds, note="")
        self._recipes = {
            recipe.name: progress.add_task(recipe.name, total=folds, note="", visible=False, start=False)
            for recipe in recipes
        }
        self._values: dict[str, list[float]] = {recipe.name: [] for recipe in recipes}

    def __call__(self, recipe: Recipe, fold: FoldScores) -> None:
        """Show one more fold."""
        task, values = self._recipes[recipe.name], self._values[recipe.name]
        if not values:
            self._progress.start_task(task)
        values.append(fold[self._metric])
        mean = sum(values) / len(values)
        note = f"{self._metric.value} {number(self._metric, mean)}"
        self._progress.update(task, completed=len(values), visible=True, note=note)
        self._progress.advance(self._all)
        if self._progress.disable and len(values) == self._folds:
            self._progress.console.print(f"{recipe.name}: {len(values)} folds, {note}")


class TrialsProgress:
    """Progress of trials and the best so far: ``on_start``, ``on_trial``, ``on_wait`` and ``on_fit`` of a tuning."""

    def __init__(self, progress: Progress, trials: int) -> None:
        self._progress = progress
        self._trials = trials
        self._best: Trial | None = None
        self._task = progress.add_task("trials", total=trials, note="")

    def begun(self, recipe: Recipe, study: str) -> None:
        """Print the recipe and the study of the tuning."""
        self._progress.console.print(f"Tuning {recipe.name} in study {study}")

    def waits(self, what: str) -> None:
        """Print what the tuning waits for."""
        self._progress.console.print(f"Waiting for {what}")

    def fits(self, best: Trial) -> None:
        """Print that the search has ended and the best trial is fitted on all rows."""
        self._progress.console.print(f"Fitting trial {best.number} on all rows")

    def __call__(self, trial: Trial) -> None:
        """Show one more trial."""
        if trial.loss is not None and (self._best is None or self._best.loss is None or trial.loss < self._best.loss):
            self._best = trial
        best = f"best {self._best.loss:,.3f} (trial {self._best.number})" if self._best and self._best.loss else ""
        self._progress.update(self._task, completed=min(trial.number + 1, self._trials), note=best)
        value = ": ".join(filter(None, (trial.state, trial.error))) if trial.loss is None else f"{trial.loss:,.3f}"
        settings = ", ".join(f"{name}={shown(value)}" for name, value in trial.hyperparameters.items())
        self._progress.console.print(
            f"trial {trial.number}: {value} in {trial.seconds:.1f} s; {best}; {settings}", markup=False
        )


def comparison_table(comparison: Comparison, currency: str) -> Table:
    """Return a table of all families, best first."""
    metrics = [
        f"[bold]{metric.value}[/]" if metric is comparison.metric else metric.value
        for metric in _ordered(comparison.metric)
    ]
    families = table(
        Column("family", no_wrap=True),
        *right(*metrics, "90 % coverage"),
        Column(f"test {comparison.metric.value}\n(not used to select)", justify="right", style="dim"),
        *right("fit s", "predict ms"),
        title=f"Families by {comparison.metric.value}, mean ± standard deviation over folds; money in {currency}",
        lines=True,
    )
    for place, evaluation in enumerate(comparison.ranking):
        tested = FoldScores.of(0, 0, comparison.test[evaluation.recipe.name])
        families.add_row(
            f"[bold green]{evaluation.recipe.name} ← best[/]" if place == 0 else evaluation.recipe.name,
            *(_mean_and_spread(evaluation, metric) for metric in _ordered(comparison.metric)),
            f"{evaluation.overall.interval.coverage:.3f}",
            number(comparison.metric, tested[comparison.metric]),
            f"{evaluation.fit_seconds:.2f}",
            f"{1000 * evaluation.predict_seconds:.0f}",
        )
    return families


def verdict_table(verdict: Verdict, version: int) -> Table:
    """Return a table of the gate's checks and their results."""
    word = "[bold green]passed[/]" if verdict.passed else "[bold red]refused[/]"
    evidence = verdict.candidacy.comparison.evidence
    title = f"Gate, version {version}: {word}, on {evidence}"
    checks = table(Column("check", no_wrap=True), "", "what was found", title=title, lines=True)
    for check in verdict.checks:
        checks.add_row(check.name, "[green]yes[/]" if check.passed else "[red]no[/]", check.detail)
    return checks


def number(metric: Metric, value: float) -> str:
    """Format a metric: amounts without cents, shares with three digits."""
    return f"{value:.3f}" if metric is Metric.R2 else money(value)


def shown(value: object) -> str:
    """Format a hyperparameter in four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _ordered(first: Metric) -> list[Metric]:
    return [first, *(metric for metric in Metric if metric is not first)]


def _mean_and_spread(evaluation: Evaluation, metric: Metric) -> str:
    return f"{number(metric, evaluation.mean(metric))} ± {number(metric, evaluation.spread(metric))}"

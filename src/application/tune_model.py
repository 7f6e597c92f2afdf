"""Tune the best family, and only that one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.model import Provenance
from domain.ports.dataset import ClaimsDataset
from domain.ports.tracker import ExperimentSetup, ExperimentTracker
from domain.ports.trainer import Trainer
from domain.ports.tuner import Tuner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from domain.evaluation import Evaluation, FoldScores, Metric
    from domain.model import FoldPlan, Hyperparameters, Recipe, SearchSpace, TrainedModel
    from domain.ports.tracker import TrackedComparison
    from domain.ports.tuner import Trial


@dataclass(frozen=True, slots=True)
class TunedModel:
    """The result: the best trial of the study, its evaluation, and the model fitted on all rows."""

    best: Trial
    evaluation: Evaluation
    model: TrainedModel


@use_case
class TuneModel:
    """Search the hyperparameters of the family that won the last comparison, and fit it with the best."""

    dataset: ClaimsDataset
    trainer: Trainer
    tuner: Tuner
    tracker: ExperimentTracker

    def __call__(
        self,
        plan: FoldPlan,
        spaces: Mapping[str, SearchSpace],
        *,
        study: str | None,
        git_revision: str,
        configuration: Mapping[str, object],
        comparison: TrackedComparison | None = None,
        into: Path,
        on_start: Callable[[Recipe, str], None],
        on_trial: Callable[[Trial], None],
    ) -> TunedModel:
        """Tune what the tracking store says is best on these data, and write its folder below ``into``.

        Args:
            plan: the folds, as in the comparison.
            spaces: the search space of each family.
            study: name of the study; by default it follows from data, recipe and plan, so that the same
                command goes on where it was killed.
            git_revision: of the code, for the record.
            configuration: flat, for the record.
            comparison: which recipe was best; by default what the tracking store says of these data.
            into: an existing folder.
            on_start: told once what is tuned, and in which study.
            on_trial: told of each trial.

        Raises:
            NoComparison: if no comparison of families on these data was finished.
            ClaimsRejected: if the data break the contract; nothing is logged.
        """
        self.tracker.fail_abandoned()
        claims = self.dataset.read()
        comparison = comparison or self.tracker.last_comparison(data_digest=claims.digest)
        recipe, metric = comparison.best, comparison.metric
        name = study or _study_name(recipe, metric, plan, claims.digest)
        on_start(recipe, name)

        def loss(hyperparameters: Hyperparameters, report: Callable[[int, float], None]) -> float:
            losses: list[float] = []

            def on_fold(fold: FoldScores) -> None:
                losses.append(metric.sign * fold[metric])
                report(len(losses), sum(losses) / len(losses))

            candidate = replace(recipe, hyperparameters={**recipe.hyperparameters, **hyperparameters})
            return metric.sign * self.trainer.cross_validate(candidate, claims, plan, on_fold=on_fold).mean(metric)

        setup = ExperimentSetup(
            stage="optuna",
            metric=metric,
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            git_revision=git_revision,
            configuration=configuration,
        )
        space = spaces.get(recipe.family, {})
        first = {name: value for name, value in recipe.hyperparameters.items() if name in space}
        with self.tracker.run(setup) as run:

            def ended(trial: Trial) -> None:
                run.log_trial(trial)
                on_trial(trial)

            best = self.tuner.tune(name, space, loss, first=first, on_trial=ended)
            tuned = replace(recipe, hyperparameters={**recipe.hyperparameters, **best.hyperparameters})
            evaluation = self.trainer.cross_validate(tuned, claims, plan, on_fold=lambda _: None)
            test = self.trainer.test(tuned, claims, plan)
            trials = self.tuner.trials(name)
            provenance = Provenance(
                metric=metric.value,
                compared=tuple(comparison.families),
                tracking_run=run.id,
                git_revision=git_revision,
                trials=len(trials),
                tried=tuple(None if one.loss is None else metric.sign * one.loss for one in trials),
            )
            model = self.trainer.fit(tuned, claims, plan, provenance, test=test, into=into)
            run.log_model(evaluation, test, model)
        return TunedModel(best, evaluation, model)


def _study_name(recipe: Recipe, metric: Metric, plan: FoldPlan, data_digest: str) -> str:
    """Name a study after everything that its losses depend on: a loss on other folds is another study's."""
    told = json.dumps([asdict(recipe), metric, asdict(plan), data_digest], sort_keys=True, default=str)
    return f"{recipe.name}-{metric.value}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

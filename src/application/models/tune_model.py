"""Tune the best family, alone or together with other processes."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from application.models.register_model import RegisterModel
from application.use_case import use_case
from domain.models.evaluation import ranked
from domain.models.model import Provenance, configuration_digest
from domain.ports.dataset import ClaimsDataset
from domain.ports.tracker import ExperimentSetup, ExperimentTracker
from domain.ports.trainer import Trainer
from domain.ports.tuner import Tuner

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Mapping
    from pathlib import Path

    from domain.models.evaluation import Evaluation, FoldScores, Metric
    from domain.models.model import FoldPlan, Hyperparameters, ModelVersion, Recipe, SearchSpace
    from domain.ports.tracker import TrackedComparison
    from domain.ports.tuner import Trial


_T = TypeVar("_T")


class Wait(Protocol):
    """Runs an asynchronous call to its end: training is synchronous, registering is not."""

    def __call__(self, call: Coroutine[Any, Any, _T], /) -> _T:
        """Wait for its result."""
        ...


@dataclass(frozen=True, slots=True)
class TunedModel:
    """The best trial of a study, and its version; ``is_new`` if this process made it."""

    best: Trial
    version: ModelVersion
    is_new: bool


@use_case
class TuneModel:
    """Search the hyperparameters of the family that won the last comparison, and register a model with the best.

    Any number of processes may do so together. They share the trials; one of them fits and registers, the others
    find its version.
    """

    dataset: ClaimsDataset
    trainer: Trainer
    tuner: Tuner
    tracker: ExperimentTracker
    register: RegisterModel

    @contextmanager
    def __call__(
        self,
        plan: FoldPlan,
        spaces: Mapping[str, SearchSpace],
        *,
        study: str | None,
        git_revision: str,
        configuration: Mapping[str, object],
        occasion: str = "",
        comparison: TrackedComparison | None = None,
        evaluation: Evaluation | None = None,
        into: Path,
        wait: Wait,
        on_start: Callable[[Recipe, str], None],
        on_trial: Callable[[Trial], None],
        on_wait: Callable[[str], None],
        on_fit: Callable[[Trial], None],
    ) -> Generator[TunedModel]:
        """Tune the recipe that was best on these data; the model folder is written below ``into``.

        Within the context no other process tunes this study or is in its context: judging and promoting there happens
        once, too. A study without new trials returns its earlier version.

        Args:
            plan: the folds, as in the comparison.
            spaces: the search space of each family.
            study: name of the study; by default it follows from data, recipe and plan, so that the same command
                continues a killed one.
            git_revision: the git revision of the code, for the record.
            configuration: flat, for the record.
            occasion: the reason, for the card, where no person started the training.
            comparison: the comparison with the best recipe; by default the last one on these data in the tracking
                store.
            evaluation: the evaluation of the best recipe on these data and folds, if this process made the comparison:
                the trial with the same hyperparameters takes its losses from there.
            into: an existing folder.
            wait: runs asynchronous calls.
            on_start: called once with the recipe and the name of the study.
            on_trial: called after each trial of this process.
            on_wait: called with what this process waits for, if it does.
            on_fit: called with the best trial, if this process fits it.

        Raises:
            NoComparison: if no comparison of families on these data was finished.
            ClaimsRejected: if the data break the contract; nothing is logged.
            ConfigurationError: if the study was begun on something else.
        """
        self.tracker.fail_abandoned()
        claims = self.dataset.read()
        comparison = comparison or self.tracker.last_comparison(data_digest=claims.digest)
        recipe, metric = comparison.best, comparison.metric
        basis = _basis(recipe, metric, plan, claims.digest)
        name = study or f"{recipe.name}-{metric.value}-{basis}"
        on_start(recipe, name)

        compared, measured = evaluation, None

        def loss(hyperparameters: Hyperparameters, report: Callable[[int, float], None]) -> float:
            nonlocal measured
            losses: list[float] = []

            def on_fold(fold: FoldScores) -> None:
                losses.append(metric.sign * fold[metric])
                report(len(losses), sum(losses) / len(losses))

            candidate = replace(recipe, hyperparameters={**recipe.hyperparameters, **hyperparameters})
            if compared and compared.recipe == candidate:
                scored = compared
                for fold in compared.folds:
                    on_fold(fold)
            else:
                scored = self.trainer.cross_validate(candidate, claims, plan, on_fold=on_fold)
            measured = ranked([scored, *([measured] if measured else [])], metric)[0]
            return metric.sign * scored.mean(metric)

        setup = ExperimentSetup.of(
            claims,
            stage="optuna",
            metric=metric,
            git_revision=git_revision,
            configuration=configuration,
        )
        space = spaces.get(recipe.family, {})
        first = {name: value for name, value in recipe.hyperparameters.items() if name in space}
        with ExitStack() as alone:
            with self.tracker.run(setup) as run:

                def ended(trial: Trial) -> None:
                    run.log_trial(trial)
                    on_trial(trial)

                best = alone.enter_context(
                    self.tuner.tune(name, space, loss, basis=basis, first=first, on_trial=ended, on_wait=on_wait)
                )
                trials = self.tuner.trials(name)
                provenance = Provenance(
                    metric=metric.value,
                    compared=tuple(comparison.families),
                    not_compared=tuple(comparison.not_compared),
                    tracking_run=run.id,
                    git_revision=git_revision,
                    trials=len(trials),
                    tried=tuple(None if trial.loss is None else metric.sign * trial.loss for trial in trials),
                    study=name,
                    configuration=configuration_digest(configuration),
                    occasion=occasion,
                )
                version = registered = wait(self.register.find(provenance))
                if version is None:
                    on_fit(best)
                    tuned = replace(recipe, hyperparameters={**recipe.hyperparameters, **best.hyperparameters})
                    scored = measured
                    if scored is None or scored.recipe != tuned:  # another process, or an earlier one, made it
                        scored = self.trainer.cross_validate(tuned, claims, plan, on_fold=lambda _: None)
                    test = self.trainer.test(tuned, claims, plan)
                    model = self.trainer.fit(tuned, claims, plan, provenance, test=test, into=into)
                    run.log_model(scored, test, model)
                    version = wait(self.register(model))
            yield TunedModel(best, version, is_new=registered is None)


def _basis(recipe: Recipe, metric: Metric, plan: FoldPlan, data_digest: str) -> str:
    """Return a digest of everything that losses depend on: a loss on other folds belongs to another study."""
    content = json.dumps([asdict(recipe), metric, asdict(plan), data_digest], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:12]

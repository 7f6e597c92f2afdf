"""A training from its first to its last step: compare, tune, judge, promote."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from application.models.compare_models import CompareModels, Comparison
from application.models.judge_model import JudgeModel
from application.models.promote_model import PromoteModel
from application.models.tune_model import TuneModel
from application.use_case import use_case
from domain.models.evaluation import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from application.models.tune_model import TunedModel, Wait
    from domain.models.evaluation import FoldScores, Metric
    from domain.models.ledger import LedgerEntry
    from domain.models.model import FoldPlan, Recipe, SearchSpace
    from domain.models.promotion import PromotionPolicy, Verdict
    from domain.ports.tracker import TrackedComparison
    from domain.ports.tuner import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingTask:
    """The settings of a training.

    Args:
        recipes: the recipes to compare.
        spaces: the search space of each family.
        plan: the folds.
        metric: the metric of comparisons and trials.
        policy: the policy of the gate.
        least_zeros: families that are left out unless more than this share of costs is zero.
        family_seconds: a recipe whose comparison takes longer is left out; None for no limit.
        study: name of the study, None for one that follows from data, recipe and plan.
        git_revision: the git revision of the code, for the record.
        configuration: flat, for the record.
    """

    recipes: Sequence[Recipe]
    spaces: Mapping[str, SearchSpace]
    plan: FoldPlan
    metric: Metric
    policy: PromotionPolicy
    study: str | None
    git_revision: str
    configuration: Mapping[str, object]
    least_zeros: Mapping[str, float] = field(default_factory=dict[str, float])
    family_seconds: float | None = None


class TuningProgress(Protocol):
    """Shows the progress of a tuning."""

    def begun(self, recipe: Recipe, study: str) -> None:
        """Show the recipe that is tuned, and the study."""

    def __call__(self, trial: Trial) -> None:
        """Show a trial of this process."""

    def waits(self, what: str) -> None:
        """Show what this process waits for."""

    def fits(self, best: Trial) -> None:
        """Show that the search is over, and its best trial is fitted."""


class TrainingView(Protocol):
    """Shows the progress of a training, and the result of each step."""

    def comparing(self) -> AbstractContextManager[Callable[[Recipe, FoldScores], None]]:
        """Show folds as they are done while the context lasts."""
        ...

    def compared(self, comparison: Comparison) -> None:
        """Show a comparison."""

    def tuning(self) -> AbstractContextManager[TuningProgress]:
        """Show trials as they end while the context lasts."""
        ...

    def tuned(self, tuned: TunedModel) -> None:
        """Show the version of a tuning, while this process has the study alone."""

    def judged(self, number: int, verdict: Verdict) -> None:
        """Show the gate's verdict on a version."""

    def promoted(self, entry: LedgerEntry) -> None:
        """Show that a version was made champion."""


@use_case
class TrainModel:
    """Run the steps of a training; a retraining runs them, too."""

    compare: CompareModels
    tune: TuneModel
    judge: JudgeModel
    promote: PromoteModel

    def __call__(
        self,
        task: TrainingTask,
        view: TrainingView,
        *,
        stage: Stage,
        by: str,
        comparison: TrackedComparison | None = None,
        wait: Wait,
    ) -> None:
        """Run the steps of a stage.

        Args:
            task: what is trained.
            view: shows each step.
            stage: the steps to run.
            by: name that is recorded in the ledger.
            comparison: for `Stage.TUNE`: the comparison with the best recipe; by default the last one on these data in
                the tracking store.
            wait: runs asynchronous calls.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is logged.
            ConfigurationError: for an unknown family, or a study that was begun on something else.
            NoComparison: if no comparison of families on these data was finished.
            PromotionRefused: if the gate does not let the version pass; the champion stays.
        """
        if stage is Stage.COMPARE:
            self._compared(task, view)
            return
        made = self._compared(task, view) if stage is Stage.ALL else comparison
        with self._tuned(task, view, made, wait=wait) as tuned:
            number = tuned.version.number
            wait(self.judged(number, task, view, anew=tuned.is_new))
            if stage is Stage.ALL:
                view.promoted(wait(self.promote(number, by=by)))

    @contextmanager
    def made(self, task: TrainingTask, view: TrainingView, *, occasion: str, wait: Wait) -> Generator[TunedModel]:
        """Compare and tune, and keep other processes from the study while the context lasts.

        Args:
            task: what is trained.
            view: shows each step.
            occasion: the reason, for the card.
            wait: runs asynchronous calls.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is logged.
        """
        with self._tuned(task, view, self._compared(task, view), occasion=occasion, wait=wait) as tuned:
            yield tuned

    async def judged(self, number: int, task: TrainingTask, view: TrainingView, *, anew: bool = True) -> Verdict:
        """Judge a version and show the verdict; for ``anew`` see `JudgeModel`."""
        verdict = await self.judge(number, task.policy, task.plan, anew=anew)
        view.judged(number, verdict)
        return verdict

    def _compared(self, task: TrainingTask, view: TrainingView) -> Comparison:
        with view.comparing() as on_fold:
            comparison = self.compare(
                task.recipes,
                task.plan,
                task.metric,
                git_revision=task.git_revision,
                configuration=task.configuration,
                on_fold=on_fold,
                least_zeros=task.least_zeros,
                seconds=task.family_seconds,
            )
        view.compared(comparison)
        return comparison

    @contextmanager
    def _tuned(
        self,
        task: TrainingTask,
        view: TrainingView,
        comparison: Comparison | TrackedComparison | None,
        *,
        occasion: str = "",
        wait: Wait,
    ) -> Generator[TunedModel]:
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace, ExitStack() as alone:
            with view.tuning() as progress:
                tuned = alone.enter_context(
                    self.tune(
                        task.plan,
                        task.spaces,
                        study=task.study,
                        git_revision=task.git_revision,
                        configuration=task.configuration,
                        occasion=occasion,
                        comparison=comparison.tracked if isinstance(comparison, Comparison) else comparison,
                        evaluation=comparison.ranking[0] if isinstance(comparison, Comparison) else None,
                        into=Path(workspace),
                        wait=wait,
                        on_start=progress.begun,
                        on_trial=progress,
                        on_wait=progress.waits,
                        on_fit=progress.fits,
                    )
                )
            view.tuned(tuned)
            yield tuned

"""Compare model families on the same folds, and remember how."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import ConfigurationError
from domain.evaluation import ranked
from domain.model import FamilySummary, Provenance
from domain.ports.dataset import ClaimsDataset
from domain.ports.tracker import ExperimentSetup, ExperimentTracker, TrackedComparison
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.evaluation import Evaluation, FoldScores, Metric
    from domain.model import FoldPlan, Recipe
    from domain.scores import Scores


@dataclass(frozen=True, slots=True)
class Comparison:
    """All families on the same folds, best first, with their scores on the test split."""

    run: str
    metric: Metric
    ranking: Sequence[Evaluation]
    test: Mapping[str, Scores]

    @property
    def tracked(self) -> TrackedComparison:
        """It as a tracking store would tell of it: all that the tuning must know."""
        families = [FamilySummary(e.recipe.name, e.mean(self.metric), e.spread(self.metric)) for e in self.ranking]
        return TrackedComparison(run=self.run, metric=self.metric, families=families, best=self.ranking[0].recipe)


@use_case
class CompareModels:
    """Cross-validate each recipe on identical folds, fit it, and log all of it."""

    dataset: ClaimsDataset
    trainer: Trainer
    tracker: ExperimentTracker

    def __call__(
        self,
        recipes: Sequence[Recipe],
        plan: FoldPlan,
        metric: Metric,
        *,
        git_revision: str,
        configuration: Mapping[str, object],
        on_fold: Callable[[Recipe, FoldScores], None],
    ) -> Comparison:
        """Compare the recipes by the mean of ``metric`` over the folds. The test split selects nothing.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is logged.
            ConfigurationError: for an unknown family, transform or hyperparameter, or no recipe at all.
        """
        if not recipes:
            message = "no model family to compare: name at least one, such as model=[linear,forest]"
            raise ConfigurationError(message)
        self.tracker.fail_abandoned()
        claims = self.dataset.read()
        setup = ExperimentSetup(
            stage="training",
            metric=metric,
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            git_revision=git_revision,
            configuration=configuration,
        )
        evaluations: list[Evaluation] = []
        tests: dict[str, Scores] = {}
        with self.tracker.run(setup) as run, tempfile.TemporaryDirectory() as workspace:
            provenance = Provenance(metric=metric.value, tracking_run=run.id, git_revision=git_revision)
            making = self.trainer.make(recipes, claims, plan, provenance, into=Path(workspace), on_fold=on_fold)
            with closing(making):
                for made in making:
                    run.log_family(made.evaluation, made.test, made.model)
                    evaluations.append(made.evaluation)
                    tests[made.evaluation.recipe.name] = made.test
            ranking = ranked(evaluations, metric)
            run.log_comparison(ranking)
        return Comparison(run.id, metric, ranking, tests)

"""Compare model families on the same folds, and log the comparison."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import ConfigurationError
from domain.models.evaluation import ranked
from domain.models.model import NotCompared
from domain.ports.dataset import ClaimsDataset
from domain.ports.tracker import ExperimentSetup, ExperimentTracker, TrackedComparison
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.models.evaluation import Evaluation, FoldScores, Metric
    from domain.models.model import FoldPlan, Recipe
    from domain.models.scores import Scores
    from domain.people.claims import Claims


@dataclass(frozen=True, slots=True)
class Comparison:
    """All families on the same folds, best first, with their scores on the test split, and those left out."""

    run: str
    metric: Metric
    ranking: Sequence[Evaluation]
    test: Mapping[str, Scores]
    not_compared: Sequence[NotCompared] = ()

    @property
    def tracked(self) -> TrackedComparison:
        """Return the comparison as the tracking store returns it, for the tuning."""
        return TrackedComparison(
            run=self.run,
            metric=self.metric,
            families=[evaluation.summary(self.metric) for evaluation in self.ranking],
            best=self.ranking[0].recipe,
            not_compared=self.not_compared,
        )


@use_case
class CompareModels:
    """Cross-validate each recipe on identical folds, and log the results."""

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
        least_zeros: Mapping[str, float] = {},
        seconds: float | None = None,
    ) -> Comparison:
        """Compare the recipes by the mean of ``metric`` over the folds. The test split selects nothing.

        Args:
            recipes: the recipes.
            plan: the folds.
            metric: the metric of the ranking.
            git_revision: the git revision of the code, for the record.
            configuration: flat, for the record.
            on_fold: called after each fold.
            least_zeros: families that are left out unless more than this share of costs is zero.
            seconds: a recipe that takes longer is left out; None for no limit.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is logged.
            ConfigurationError: for an unknown family, transform or hyperparameter, or if no recipe is left.
        """
        if not recipes:
            message = "no model family to compare: name at least one, such as model=[linear,forest]"
            raise ConfigurationError(message)
        claims = self.dataset.read()
        setup = ExperimentSetup.of(
            claims,
            stage="training",
            metric=metric,
            git_revision=git_revision,
            configuration=configuration,
        )
        evaluations: list[Evaluation] = []
        tests: dict[str, Scores] = {}
        fitting, left_out = _for_zeros(recipes, claims, least_zeros)
        with closing(self.trainer.measure(fitting, claims, plan, seconds=seconds, on_fold=on_fold)) as measuring:
            self.tracker.fail_abandoned()
            with self.tracker.run(setup) as run:
                for measured in measuring:
                    if isinstance(measured, NotCompared):
                        left_out.append(measured)
                        continue
                    run.log_family(measured.evaluation, measured.test)
                    evaluations.append(measured.evaluation)
                    tests[measured.evaluation.recipe.name] = measured.test
                if not evaluations:
                    reasons = "; ".join(f"{recipe.name}: {recipe.reason}" for recipe in left_out)
                    message = f"no model family is left to compare. {reasons}"
                    raise ConfigurationError(message)
                ranking = ranked(evaluations, metric)
                run.log_comparison(ranking, left_out)
        return Comparison(run.id, metric, ranking, tests, tuple(left_out))


def _for_zeros(
    recipes: Sequence[Recipe], claims: Claims, least_zeros: Mapping[str, float]
) -> tuple[list[Recipe], list[NotCompared]]:
    """Split the recipes into those to compare and those that are meant for costs with more zeros."""
    zeros = sum(cost == 0 for cost in claims.charges) / len(claims)
    left_out = [
        NotCompared(
            recipe.name,
            f"meant for costs of which more than {least_zeros[recipe.family]:.0%} are zero, and {zeros:.1%} are; "
            f"model.{recipe.family}.least_zeros=null compares it all the same",
        )
        for recipe in recipes
        if zeros <= least_zeros.get(recipe.family, -1)
    ]
    names = {recipe.name for recipe in left_out}
    return [recipe for recipe in recipes if recipe.name not in names], left_out

"""The port `trainer`: the training of models."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from domain.models.actuarial_report import Curves
    from domain.models.evaluation import Evaluation, FoldScores
    from domain.models.model import FoldPlan, NotCompared, Provenance, Recipe, TrainedModel
    from domain.models.promotion import Candidacy
    from domain.models.scores import Scores
    from domain.models.shadow import Replay
    from domain.people.claims import Claims


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of a recipe on each fold and on the test split."""

    evaluation: Evaluation
    test: Scores


class Trainer(Protocol):
    """Measures recipes and trains models by them. The same rows, plan and recipe give the same figures.

    Every method raises `ConfigurationError` for a family, transform or hyperparameter it does not know.
    """

    @abstractmethod
    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score a recipe on the folds of the plan, the same folds for each recipe; the test split is left out.

        ``on_fold`` is called after each fold, in order; what it raises ends the evaluation.
        """

    @abstractmethod
    def test(self, recipe: Recipe, claims: Claims, plan: FoldPlan) -> Scores:
        """Fit on all rows but the test split and score that split."""

    @abstractmethod
    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Fit on all rows, with residuals out of fold over all rows, and write the model folder ``into/medcost``.

        For claims that are a sample, all rows are those of the sample. A trainer that can fit the recipe on the whole
        population does so; residuals stay those of the sample, out of fold, and the card says so.
        """

    def measure(
        self,
        recipes: Sequence[Recipe],
        claims: Claims,
        plan: FoldPlan,
        *,
        seconds: float | None,  # noqa: ARG002  # for trainers that take long
        on_fold: Callable[[Recipe, FoldScores], None],
    ) -> Generator[Measured | NotCompared]:
        """Cross-validate and test each recipe, in order.

        The figures are those of `cross_validate` and `test`; a trainer may work on later recipes meanwhile. ``on_fold``
        is called in the order of each recipe's folds. A recipe whose first fold predicts a total time above ``seconds``
        is left out. Closing the generator ends all work.
        """
        for recipe in recipes:
            evaluation = self.cross_validate(recipe, claims, plan, on_fold=partial(on_fold, recipe))
            yield Measured(evaluation, self.test(recipe, claims, plan))

    @abstractmethod
    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score a model as it is on labelled rows.

        Raises:
            ModelRefused: if its folder may not be loaded.
        """

    @abstractmethod
    def report(
        self, model: TrainedModel, claims: Claims, rival: tuple[str, TrainedModel] | None = None
    ) -> tuple[Scores, Curves]:
        """Measure a model on labelled rows for an actuary's report.

        Args:
            model: the model.
            claims: the rows.
            rival: name and folder of another model, for a double lift.

        Raises:
            ModelRefused: if a folder may not be loaded.
        """

    @abstractmethod
    def compare(
        self,
        challenger: TrainedModel,
        champion: tuple[int, TrainedModel] | None,
        claims: Claims,
        plan: FoldPlan,
        outcomes: Claims | None = None,
    ) -> Candidacy:
        """Measure the figures for the gate of a challenger against the champion, given with its version number.

        ``outcomes`` are labelled rows that came in otherwise: those that neither model is known to have learnt from,
        and that do not stand among ``claims``, join the rows that the champion never saw, if there are at least 200.

        Raises:
            ModelRefused: if a folder may not be loaded.
        """

    @abstractmethod
    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both models on labelled rows that neither is known to have learned from, each distinct row once.

        Return None if there are fewer than two such rows.

        Raises:
            ModelRefused: if a folder may not be loaded.
        """

"""The port `trainer`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.claims import Claims
    from domain.evaluation import Evaluation, FoldScores
    from domain.model import FoldPlan, Provenance, Recipe, TrainedModel
    from domain.promotion import Candidacy
    from domain.scores import Scores
    from domain.shadow import Replay


class Trainer(Protocol):
    """Measures recipes and cooks models by them. Same rows, same plan, same recipe: same figures.

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
        """Fit on all rows, with residuals out of fold over all rows, and write the model folder ``into/medcost``."""

    @abstractmethod
    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score a model as it is on labelled rows.

        Raises:
            ModelRefused: if its folder may not be loaded.
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
        """Measure what the gate asks of a challenger against the champion, given with its version number.

        ``outcomes`` are labelled rows that came in otherwise: those that neither model is known to have learnt from,
        and that do not stand among ``claims``, join the rows that the champion never saw, if there are at least 200.

        Raises:
            ModelRefused: if a folder may not be loaded.
        """

    @abstractmethod
    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both, as they are, on labelled rows that neither is known to have learnt from, each distinct row once.

        None if there are fewer than two such rows.

        Raises:
            ModelRefused: if a folder may not be loaded.
        """

"""The port `tracker`: the tracking of experiments."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

# imports stand outside of TYPE_CHECKING where a comparison is decoded from JSON
from domain.models.evaluation import Metric
from domain.models.model import FamilySummary, NotCompared, Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.models.evaluation import Evaluation
    from domain.models.model import TrainedModel
    from domain.models.scores import Scores
    from domain.people.claims import Claims
    from domain.people.origin import DataOrigin
    from domain.ports.tuner import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentSetup:
    """The setup that all runs of one experiment share.

    ``configuration`` is flat: dotted names to values. Each metric that is money is in ``currency``.
    """

    stage: str
    metric: Metric
    origin: DataOrigin
    data_digest: str
    rows: int
    currency: str
    git_revision: str
    configuration: Mapping[str, object]

    @classmethod
    def of(
        cls, claims: Claims, *, stage: str, metric: Metric, git_revision: str, configuration: Mapping[str, object]
    ) -> Self:
        """Return the setup of an experiment on claims."""
        return cls(
            stage=stage,
            metric=metric,
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            currency=claims.schema.cost.currency,
            git_revision=git_revision,
            configuration=configuration,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedComparison:
    """A finished comparison in the tracking store: families, best first, and the recipes that it left out."""

    run: str
    metric: Metric
    families: Sequence[FamilySummary]
    best: Recipe
    not_compared: Sequence[NotCompared] = ()


class ExperimentRun(Protocol):
    """One open run: a comparison with a child for each family, or a tuning with a child for each trial."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Return the run's identifier in the tracking store."""

    @abstractmethod
    def log_family(self, evaluation: Evaluation, test: Scores) -> None:
        """Log a family as a child: parameters, fold and summary metrics."""

    @abstractmethod
    def log_trial(self, trial: Trial) -> None:
        """Log a tuning trial as a child."""

    @abstractmethod
    def log_comparison(self, ranking: Sequence[Evaluation], not_compared: Sequence[NotCompared] = ()) -> None:
        """Log the ranking of families, best first, with plots of the winner and of all families by fold.

        Each family was logged by `log_family` before. Recipes that were left out are logged with the reason.
        """

    @abstractmethod
    def log_model(self, evaluation: Evaluation, test: Scores, model: TrainedModel) -> None:
        """Log the result of the tuning on the run itself, as `log_family` does on a child, with plots and the model."""


class ExperimentTracker(Protocol):
    """Logs the making of models. Every method raises `RegistryUnavailable` if the store is away."""

    @abstractmethod
    def run(self, setup: ExperimentSetup) -> AbstractContextManager[ExperimentRun]:
        """Open a run; it finishes when the block ends, and fails with its children on an exception."""

    @abstractmethod
    def fail_abandoned(self) -> int:
        """Mark open runs of processes that are gone as failed, and return their number."""

    @abstractmethod
    def last_comparison(self, *, data_digest: str) -> TrackedComparison:
        """Return the newest finished comparison of families on these data.

        Raises:
            NoComparison: if there is none, with the command to run first.
        """

"""Experiments kept in this process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.errors import NoComparison
from domain.ports.tracker import ExperimentRun, ExperimentTracker, TrackedComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.models.evaluation import Evaluation
    from domain.models.model import NotCompared, TrainedModel
    from domain.models.scores import Scores
    from domain.ports.tracker import ExperimentSetup
    from domain.ports.tuner import Trial


@dataclass
class MemoryRun(ExperimentRun):
    """The logs of one run. ``status`` is RUNNING, FINISHED or FAILED."""

    name: str
    setup: ExperimentSetup
    status: str = "RUNNING"
    families: list[tuple[Evaluation, Scores]] = field(default_factory=list)
    models: list[tuple[Evaluation, Scores, TrainedModel]] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    ranking: Sequence[Evaluation] = ()
    not_compared: Sequence[NotCompared] = ()

    @property
    def id(self) -> str:
        """Return the name of the run."""
        return self.name

    def log_family(self, evaluation: Evaluation, test: Scores) -> None:
        """Keep the evaluation of a family."""
        self.families.append((evaluation, test))

    def log_trial(self, trial: Trial) -> None:
        """Keep a trial."""
        self.trials.append(trial)

    def log_comparison(self, ranking: Sequence[Evaluation], not_compared: Sequence[NotCompared] = ()) -> None:
        """Keep the ranking of the families."""
        self.ranking, self.not_compared = tuple(ranking), tuple(not_compared)

    def log_model(self, evaluation: Evaluation, test: Scores, model: TrainedModel) -> None:
        """Keep the trained model."""
        self.models.append((evaluation, test, model))


@dataclass
class MemoryTracker(FailsOnRequest, ExperimentTracker):
    """Keeps runs in the order in which they were opened."""

    runs: list[MemoryRun] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def run(self, setup: ExperimentSetup) -> Iterator[ExperimentRun]:
        """Open a run."""
        self._fail_if_asked()
        run = MemoryRun(f"run-{next(self._numbers)}", setup)
        self.runs.append(run)
        try:
            yield run
        except BaseException:
            run.status = "FAILED"
            raise
        run.status = "FINISHED"

    def fail_abandoned(self) -> int:
        """Return 0: these runs end with their process."""
        self._fail_if_asked()
        return 0

    def last_comparison(self, *, data_digest: str) -> TrackedComparison:
        """Return the last comparison on these data."""
        self._fail_if_asked()
        for run in reversed(self.runs):
            if run.status == "FINISHED" and run.ranking and run.setup.data_digest == data_digest:
                metric = run.setup.metric
                return TrackedComparison(
                    run=run.id,
                    metric=metric,
                    families=[evaluation.summary(metric) for evaluation in run.ranking],
                    best=run.ranking[0].recipe,
                    not_compared=run.not_compared,
                )
        message = "no finished comparison of families on these data: run `medcost train stage=training` first"
        raise NoComparison(message)

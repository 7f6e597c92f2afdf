"""The port `file_scorer`: the scoring of a file in the background."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.costs.scoring import ScoringReport
    from domain.costs.scoring_task import ScoringTask
    from domain.operations.jobs import OnProgress


class FileScorer(Protocol):
    """Scores the file of a task with the model that is served, here or elsewhere."""

    @abstractmethod
    async def score(self, task: ScoringTask, on_progress: OnProgress) -> ScoringReport:
        """Write the answers of every row. After an interruption the same task continues at its last checkpoint.

        When a cancelled call returns, the work has stopped.

        Args:
            task: the file, and the way it is read.
            on_progress: called now and then with the progress.

        Raises:
            InvalidInput: if the file cannot be read as the task says, or the result cannot hold its rows.
            NoChampion: if there is no model yet.
            ModelRefused: if the model may not be loaded.
            HomeInUse: if another process still works on the same task.
            Unavailable: if the work was interrupted; the same task can be continued later.
        """

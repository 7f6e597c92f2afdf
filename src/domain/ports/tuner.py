"""The port `tuner`: the search of hyperparameters."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from domain.errors import MedcostError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.models.model import Hyperparameters, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The trial of one set of hyperparameters.

    Args:
        number: the number of the trial in its study.
        state: ``complete``, ``pruned`` or ``failed``.
        hyperparameters: the set.
        loss: None unless the trial is complete.
        seconds: duration of the trial.
        error: why it failed; empty otherwise.
    """

    number: int
    state: str
    hyperparameters: Hyperparameters
    loss: float | None
    seconds: float
    error: str = ""


def no_trial_finished(study: str, trials: Sequence[Trial]) -> MedcostError:
    """Return the error of a study without a finished trial, with the error of its last failed trial."""
    last = next((trial for trial in reversed(trials) if trial.error), None)
    if last is None:
        return MedcostError(f"no trial of the study {study!r} finished: give it more trials")
    return MedcostError(
        f"no trial of the study {study!r} finished; the last that failed, trial {last.number}, met {last.error}"
    )


class Tuner(Protocol):
    """Searches hyperparameters for the least loss.

    Its studies outlive the process, and any number of processes may search one study together: each trial is made
    by one of them, and made again by another if that one dies.
    """

    @abstractmethod
    def tune(
        self,
        study: str,
        space: SearchSpace,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        *,
        basis: str,
        first: Hyperparameters,
        on_trial: Callable[[Trial], None],
        on_wait: Callable[[str], None],
    ) -> AbstractContextManager[Trial]:
        """Search until the budget of trials, time or patience is spent, and yield the best finished trial.

        A study of this name that was begun before goes on from its trials; what another process left
        unfinished when it was killed is tried again. The budget spent, entering the context still waits for trials
        that other processes are at. In the context this process has the study to itself: nobody else searches it
        or is in its context, so that one of many can decide what becomes of the result. The turn ends with the
        context, or with the process.

        A trial whose objective raises is marked as failed, told, and counts; the others go on. Only what every trial
        would meet ends the search: `ConfigurationError`, and `Unavailable`, after which the trial is made again.

        Args:
            study: the name of the study.
            space: what is searched. An empty one is one trial with ``first``.
            objective: takes hyperparameters and a ``report(step, loss)`` that raises `TrialPruned` for an unpromising
                trial.
            basis: what else losses depend on, such as a digest of data and folds: only losses of the same basis
                compare.
            first: the hyperparameters of the first trial.
            on_trial: called after each trial of this process.
            on_wait: called with what this process waits for, if it does.

        Raises:
            ConfigurationError: if the study was begun with another search space or on another basis.
            MedcostError: if the budget was spent and no trial finished, saying why the last one failed.
        """

    @abstractmethod
    def trials(self, study: str) -> list[Trial]:
        """Return all ended trials of a study, in order; none if there is no such study."""

"""One process's part in the search of a study."""

from __future__ import annotations

import math
import time
import warnings
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError, UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from adapters.optuna import trials
from adapters.optuna.storage import HEARTBEAT_SECONDS, translated
from domain.errors import ConfigurationError, RepositoryUnavailable, TrialPruned, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage

    from adapters.optuna.options import TuneBudget
    from domain.models.model import Hyperparameters
    from domain.ports.tuner import Trial

_LOOK_SECONDS: Final = 1.0
"""Seconds between two looks at the trials of other workers."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Claims and completes trials under the study's lock, and runs them outside of it.

    Each claimed trial carries the name of its process. The holder of the lock looks for workers that are gone: those of
    this machine by pid and start time, others by their heartbeat. Their trials are claimed next. A worker's trial runs
    until the worker has its next one, so a holder of the lock has the study alone if no trial runs.

    Args:
        study: the study.
        storage: the storage.
        space: the search space.
        budget: the limits.
        turn: takes the study's lock.
    """

    study: optuna.Study
    storage: BaseStorage
    space: Mapping[str, BaseDistribution]
    budget: TuneBudget
    turn: Callable[[], AbstractContextManager[None]]
    _begun: float = field(default_factory=time.monotonic)

    def run(
        self,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        on_trial: Callable[[Trial], None],
        on_wait: Callable[[str], None],
    ) -> ExitStack:
        """Make trials until the budget is spent and no worker has one; return the lock, which is still held."""
        made: _Made | None = None
        waits_for = 0
        while True:
            with ExitStack() as turn:
                turn.enter_context(self.turn())
                ended = made and self._tell(made)
                claimed = self._claim()
                others = trials.running(self.study)
                if not others:
                    if ended:
                        on_trial(ended)
                    return turn.pop_all()
            made = None
            if claimed:
                with self._heartbeats(claimed[0]):
                    if ended:
                        on_trial(ended)
                    made = self._make(*claimed, objective)
                continue
            if ended:
                on_trial(ended)
            if others != waits_for:
                on_wait(f"{others} {'trial' if others == 1 else 'trials'} of other workers")
            waits_for = others
            time.sleep(_LOOK_SECONDS)  # the storage notifies nobody

    def _claim(self) -> tuple[optuna.Trial, Hyperparameters] | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            warnings.filterwarnings("ignore", "Heartbeat of storage")  # it beats, though not by Optuna's own loop
            optuna.storages.fail_stale_trials(self.study)
            trials.enqueue_abandoned(self.study, self.space)
            if self._is_spent():
                return None
            trial = self.study.ask()
        # a trial with an owner that never beat would be nobody's if its machine were lost now: Optuna passes over it
        self._beat(trial)
        return trial, trials.claim(trial, self.space)

    def _is_spent(self) -> bool:
        trials_so_far = self.study.get_trials(deepcopy=False)
        counted = [
            trial
            for trial in trials_so_far
            if trial.state is not TrialState.WAITING and not trials.is_unfinished(trial)
        ]
        if len(counted) >= (self.budget.n_trials if self.space else 1):
            return True
        complete = [trial for trial in counted if trial.state is TrialState.COMPLETE]
        if not complete or any(trial.state is TrialState.WAITING for trial in trials_so_far):
            return False  # what waits was begun before
        best = min(complete, key=lambda trial: (trial.value, trial.number))
        since = sum(trial.state.is_finished() for trial in counted if trial.number > best.number)
        return (self.budget.patience is not None and since >= self.budget.patience) or (
            self.budget.timeout is not None and time.monotonic() - self._begun >= self.budget.timeout
        )

    def _make(
        self,
        trial: optuna.Trial,
        hyperparameters: Hyperparameters,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
    ) -> _Made | None:
        def report(step: int, loss: float) -> None:
            trial.report(loss, step)
            if trial.should_prune():
                message = f"trial {trial.number} promised nothing after step {step}"
                raise TrialPruned(message)

        try:
            return _Made(trial, objective(hyperparameters, report))
        except TrialPruned:
            return _Made(trial, None)
        except UpdateFinishedTrialError:
            return None  # this process stood still for minutes, and the trial was given to another: theirs counts
        except (Unavailable, StorageInternalError, SQLAlchemyError):
            raise  # what the trial needs is away, and so it is for the next trial; this one is made again
        except ConfigurationError as error:
            trials.fail(self.study, trial, str(error))
            raise  # every trial would meet it
        except Exception as error:  # noqa: BLE001  # whatever these hyperparameters broke, others may be fine
            return _Made(trial, None, f"{type(error).__name__}: {error}")

    def _tell(self, made: _Made) -> Trial | None:
        """Complete a trial, and return it; None if it had been given to another worker."""
        if made.error:
            trials.fail(self.study, made.trial, made.error)
        elif made.loss is None:
            self.study.tell(made.trial, state=TrialState.PRUNED, skip_if_finished=True)
        elif math.isnan(made.loss):
            trials.fail(self.study, made.trial, "the loss is not a number")
        else:
            self.study.tell(made.trial, made.loss, skip_if_finished=True)
        return next((trial for trial in trials.ended(self.study) if trial.number == made.trial.number), None)

    @contextmanager
    def _heartbeats(self, trial: optuna.Trial) -> Iterator[None]:
        """Send heartbeats of this trial while the block runs; an interrupted trial is made again."""
        done = Event()

        def beat() -> None:
            while not done.wait(HEARTBEAT_SECONDS):
                with suppress(RepositoryUnavailable), translated():  # the next beat may get through
                    self._beat(trial)

        thread = Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        except BaseException:
            self.study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
            raise
        finally:
            done.set()
            thread.join()

    def _beat(self, trial: optuna.Trial) -> None:
        if isinstance(self.storage, RDBStorage):
            self.storage.record_heartbeat(trial._trial_id)  # noqa: SLF001  # what Optuna's own loop tells it by


@dataclass(frozen=True, slots=True)
class _Made:
    """A trial that is done but not completed; its loss is None if it was pruned, or failed by ``error``."""

    trial: optuna.Trial
    loss: float | None
    error: str = ""

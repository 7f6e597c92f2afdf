"""A tuner without libraries: seeded random search, with studies kept in this process."""

from __future__ import annotations

import math
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.errors import ConfigurationError, TrialPruned, Unavailable
from domain.models.model import Choice, FloatRange, IntRange
from domain.ports.tuner import Trial, Tuner, no_trial_finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.models.model import Hyperparameters, HyperparameterValue, SearchSpace


@dataclass
class MemoryTuner(FailsOnRequest, Tuner):
    """Draws ``n_trials`` sets of hyperparameters, the same for the same seed, and prunes none."""

    n_trials: int = 10
    seed: int = 0
    _studies: dict[str, list[Trial]] = field(default_factory=dict)
    _begun_with: dict[str, tuple[SearchSpace, str]] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    @contextmanager
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
    ) -> Iterator[Trial]:
        """Search at random, in one thread at a time."""
        self._fail_if_asked()
        if self._turn.locked():
            on_wait("another worker")
        with self._turn:
            if self._begun_with.setdefault(study, (space, basis)) != (space, basis):
                message = f"the study {study!r} was begun with something else: name another one by tuning.study=NAME"
                raise ConfigurationError(message)
            trials = self._studies.setdefault(study, [])
            while len(trials) < (self.n_trials if space else 1):
                draw = random.Random(f"{self.seed}-{len(trials)}")  # noqa: S311  # a search, not a secret
                hyperparameters = {name: _drawn(part, draw) for name, part in space.items()} if trials else dict(first)
                self._try(hyperparameters, objective, trials, on_trial)
            complete = [trial for trial in trials if trial.loss is not None]
            if not complete:
                raise no_trial_finished(study, trials)
            yield min(complete, key=lambda trial: (trial.loss, trial.number))

    def trials(self, study: str) -> list[Trial]:
        """Return the trials of a study."""
        self._fail_if_asked()
        return list(self._studies.get(study, ()))

    def _try(
        self,
        hyperparameters: Hyperparameters,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        trials: list[Trial],
        on_trial: Callable[[Trial], None],
    ) -> None:
        begun = time.monotonic()

        def ended(state: str, loss: float | None = None, error: str = "") -> None:
            trial = Trial(
                number=len(trials),
                state=state,
                hyperparameters=hyperparameters,
                loss=loss,
                seconds=time.monotonic() - begun,
                error=error,
            )
            trials.append(trial)
            on_trial(trial)

        try:
            loss = objective(hyperparameters, lambda _step, _loss: None)
        except TrialPruned:
            ended("pruned")
        except Unavailable:
            raise  # the trial is made again
        except ConfigurationError as error:
            ended("failed", error=str(error))
            raise
        except Exception as error:  # noqa: BLE001  # whatever these hyperparameters broke, others may be fine
            ended("failed", error=f"{type(error).__name__}: {error}")
        else:
            ended("failed", error="the loss is not a number") if math.isnan(loss) else ended("complete", loss)


def _drawn(part: FloatRange | IntRange | Choice, draw: random.Random) -> HyperparameterValue:
    match part:
        case Choice():
            return draw.choice(part.values)
        case IntRange(low, high, log=True):
            return min(max(round(math.exp(draw.uniform(math.log(low), math.log(high)))), low), high)
        case IntRange(low, high):
            return draw.randint(low, high)
        case FloatRange(low, high, log=True):
            return min(max(math.exp(draw.uniform(math.log(low), math.log(high))), low), high)
        case FloatRange(low, high):
            return draw.uniform(low, high)

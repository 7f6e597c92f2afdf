"""The port `tuner`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.model import Hyperparameters, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One tried set of hyperparameters. ``loss`` is None if it was pruned or failed (``state`` says which)."""

    number: int
    state: str
    hyperparameters: Hyperparameters
    loss: float | None
    seconds: float


class Tuner(Protocol):
    """Searches hyperparameters for the least loss. Its studies outlive the process."""

    @abstractmethod
    def tune(
        self,
        study: str,
        space: SearchSpace,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        *,
        first: Hyperparameters,
        on_trial: Callable[[Trial], None],
    ) -> Trial:
        """Try until the budget of trials, time or patience is spent and return the best finished trial.

        A study of this name that was begun before goes on from its trials; what another process left
        unfinished when it was killed is tried again. ``objective`` takes hyperparameters and a ``report(step,
        loss)`` that raises `TrialPruned` when the trial no longer promises anything. ``first`` is tried first.
        ``on_trial`` is called after each trial of this process. An empty space is one trial with ``first``.

        Raises:
            ConfigurationError: if the study was begun with another search space.
            MedcostError: if the budget was spent and no trial finished.
        """

    @abstractmethod
    def trials(self, study: str) -> list[Trial]:
        """All ended trials of a study, in order; none if there is no such study."""

"""The tuner by Optuna's studies, which any number of processes can search and continue."""

from __future__ import annotations

import math
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import optuna

from adapters.optuna import trials
from adapters.optuna.options import TuneOptions
from adapters.optuna.sampler import NumberedSampler
from adapters.optuna.search import Search
from adapters.optuna.space import describe, distributions
from adapters.optuna.storage import open_storage, translated
from adapters.optuna.turns import Turns
from domain.errors import ConfigurationError
from domain.ports.tuner import Trial, Tuner, no_trial_finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.models.model import Hyperparameters, SearchSpace

_SPACE: Final = "space"
_BASIS: Final = "basis"


class OptunaTuner(Tuner):
    """Searches by the options given.

    Trials that were made again count once. Raises `RepositoryUnavailable` if the storage is away.

    Args:
        storage_url: SQLAlchemy address of a database of Optuna's own, such as ``postgresql+psycopg://…``;
            None keeps studies in this object.
        options: budget, sampler, pruner.
    """

    def __init__(self, storage_url: str | None = None, options: TuneOptions | None = None) -> None:
        optuna.logging.set_verbosity(optuna.logging.CRITICAL)
        self._options = options or TuneOptions()
        self._turns = Turns(storage_url)
        self._storage = open_storage(storage_url)

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
        """Search with other workers, and yield the best trial while no other worker has the study."""
        with translated():
            search = self._open(study, space, basis, first, partial(on_wait, "another worker to register the result"))
            alone = search.run(objective, on_trial, on_wait)
        with alone:
            with translated():
                ended = trials.ended(search.study)
            complete = [trial for trial in ended if trial.loss is not None]
            if not complete:
                raise no_trial_finished(study, ended)
            yield min(complete, key=_loss)

    def trials(self, study: str) -> list[Trial]:
        """Return the trials of a study; those that were made again appear once."""
        with translated(), suppress(KeyError):  # Optuna's word for no such study
            return trials.ended(optuna.load_study(study_name=study, storage=self._storage))
        return []

    def _open(
        self, name: str, space: SearchSpace, basis: str, first: Hyperparameters, on_wait: Callable[[], None]
    ) -> Search:
        turn = partial(self._turns.take, f"study {name}", on_wait)
        parts = distributions(space)
        with turn():
            study = optuna.create_study(
                study_name=name,
                storage=self._storage,
                sampler=NumberedSampler(self._options.sampler, parts),
                pruner=self._options.pruner.pruner(),
                load_if_exists=True,
            )
            self._hold_to(study, _SPACE, describe(space), "with another search space")
            self._hold_to(study, _BASIS, basis, "on other data, on other folds or for another recipe")
            trials.enqueue_first(study, first, parts)
        return Search(study=study, storage=self._storage, space=parts, budget=self._options.budget, turn=turn)

    @staticmethod
    def _hold_to(study: optuna.Study, name: str, value: object, otherwise: str) -> None:
        if study.user_attrs.get(name, value) != value:
            message = (
                f"the study {study.study_name!r} was begun {otherwise}: name another one by tuning.study=NAME, "
                "or go back to what it was begun with"
            )
            raise ConfigurationError(message)
        study.set_user_attr(name, value)


def _loss(trial: Trial) -> tuple[float, int]:
    return (math.inf if trial.loss is None else trial.loss, trial.number)

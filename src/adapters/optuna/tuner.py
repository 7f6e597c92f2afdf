"""The tuner: Optuna's studies, which outlive the process that began them."""

from __future__ import annotations

import math
import socket
import time
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import optuna
from optuna.trial import TrialState

from adapters.optuna.options import TuneOptions
from adapters.optuna.sampler import NumberedSampler
from adapters.optuna.space import describe, distributions, fits
from adapters.optuna.storage import exclusively, open_storage, translated
from adapters.system.processes import ProcessId
from domain.errors import ConfigurationError, MedcostError, TrialPruned
from domain.ports.tuner import Trial, Tuner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optuna.trial import FrozenTrial

    from domain.model import Hyperparameters, SearchSpace

# what we note on Optuna's trials and studies
_ASKED: Final = "hyperparameters"
"""What was asked for by name rather than drawn."""
_OWNER: Final = "process"
_ERROR: Final = "error"
_RETRIES: Final = "retries"
_SPACE: Final = "space"
_STATES: Final = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


class OptunaTuner(Tuner):
    """Searches by the options given.

    A killed process's trials are known by its pid and start time on the same machine, else by their heartbeat.
    They are tried again with the same hyperparameters and count once. Raises `RepositoryUnavailable` if the
    storage is away.

    Args:
        storage_url: SQLAlchemy address of a database of Optuna's own, such as ``postgresql+psycopg://…``;
            None keeps studies in this object.
        options: budget, sampler, pruner.
    """

    def __init__(self, storage_url: str | None = None, options: TuneOptions | None = None) -> None:
        optuna.logging.set_verbosity(optuna.logging.CRITICAL)
        self._url = storage_url
        self._options = options or TuneOptions()
        self._storage = open_storage(storage_url, _retry)

    def tune(
        self,
        study: str,
        space: SearchSpace,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        *,
        first: Hyperparameters,
        on_trial: Callable[[Trial], None],
    ) -> Trial:
        """Go on with a study, or begin it. An empty space is one trial with ``first``."""
        begun = time.monotonic()
        with translated():
            ours = self._open(study, space, first)
            while not self._is_spent(ours, space, begun):
                self._try_once(ours, space, objective, on_trial)
            complete = [trial for trial in _ended(ours) if trial.loss is not None]
        if not complete:
            message = f"no trial of the study {study!r} finished: see its errors, and give it more trials"
            raise MedcostError(message)
        return min(complete, key=_loss)

    def trials(self, study: str) -> list[Trial]:
        """Trials that were tried again appear once."""
        with translated(), suppress(KeyError):  # Optuna's word for no such study
            return _ended(optuna.load_study(study_name=study, storage=self._storage))
        return []

    def _open(self, name: str, space: SearchSpace, first: Hyperparameters) -> optuna.Study:
        with exclusively(self._url):
            study = optuna.create_study(
                study_name=name,
                storage=self._storage,
                sampler=NumberedSampler(self._options.sampler, distributions(space)),
                pruner=self._options.pruner.pruner(),
                load_if_exists=True,
            )
            described = describe(space)
            if study.user_attrs.get(_SPACE, described) != described:
                message = (
                    f"the study {name!r} was begun with another search space: name another one by tuning.study=NAME, "
                    "or go back to the space that it was begun with"
                )
                raise ConfigurationError(message)
            study.set_user_attr(_SPACE, described)
            _try_unfinished_again(study)
            if all(trial.user_attrs.get(_ASKED) != dict(first) for trial in study.get_trials(deepcopy=False)):
                _enqueue(study, first, space=distributions(space))
        return study

    def _is_spent(self, study: optuna.Study, space: SearchSpace, begun: float) -> bool:
        trials = study.get_trials(deepcopy=False)
        budget = self._options.budget
        counted = [trial for trial in trials if trial.state is not TrialState.WAITING and not _is_unfinished(trial)]
        if len(counted) >= (budget.n_trials if space else 1):
            return True
        complete = [trial for trial in counted if trial.state is TrialState.COMPLETE]
        if not complete:
            return False
        best = min(complete, key=lambda trial: (trial.value, trial.number))
        since = sum(trial.state.is_finished() for trial in counted if trial.number > best.number)
        return (budget.patience is not None and since >= budget.patience) or (
            budget.timeout is not None and time.monotonic() - begun >= budget.timeout
        )

    def _try_once(
        self,
        study: optuna.Study,
        space: SearchSpace,
        objective: Callable[[Hyperparameters, Callable[[int, float], None]], float],
        on_trial: Callable[[Trial], None],
    ) -> None:
        parts = distributions(space)
        mine: list[int] = []

        def run(trial: optuna.Trial) -> float:
            trial.set_user_attr(_OWNER, {"host": socket.gethostname(), **asdict(ProcessId.mine())})
            mine.append(trial.number)
            hyperparameters = _suggested(trial, parts)

            def report(step: int, loss: float) -> None:
                trial.report(loss, step)
                if trial.should_prune():
                    message = f"trial {trial.number} promised nothing after step {step}"
                    raise TrialPruned(message)

            try:
                loss = objective(hyperparameters, report)
            except TrialPruned as pruned:
                raise optuna.TrialPruned from pruned
            except Exception as error:
                trial.set_user_attr(_ERROR, f"{type(error).__name__}: {error}")
                raise
            if math.isnan(loss):
                trial.set_user_attr(_ERROR, "the loss is not a number")
            return loss

        try:
            study.optimize(run, n_trials=1)
        finally:
            # also told of a trial that failed; an interrupted one did not end and is tried again
            for trial in _ended(study) if mine else ():
                if trial.number == mine[-1]:
                    on_trial(trial)


def _suggested(trial: optuna.Trial, parts: Mapping[str, optuna.distributions.BaseDistribution]) -> Hyperparameters:
    asked: dict[str, Any] | None = trial.user_attrs.get(_ASKED)
    wanted = parts if asked is None else {name: part for name, part in parts.items() if fits(part, asked, name)}
    drawn = {name: trial._suggest(name, part) for name, part in wanted.items()}  # noqa: SLF001  # the public methods do just this, one a type
    return drawn if asked is None else {**asked, **drawn}


def _enqueue(
    study: optuna.Study,
    asked: Hyperparameters,
    *,
    space: Mapping[str, optuna.distributions.BaseDistribution],
    retries: int | None = None,
) -> None:
    inside = {name: asked[name] for name, part in space.items() if fits(part, asked, name)}
    study.enqueue_trial(inside, user_attrs={_ASKED: dict(asked), _RETRIES: retries})


def _try_unfinished_again(study: optuna.Study) -> None:
    """Fail what processes of this machine that are gone left running, and enqueue what was never tried again."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        owner = trial.user_attrs.get(_OWNER)
        if owner and owner["host"] == socket.gethostname() and not ProcessId(owner["pid"], owner["started"]).is_alive:
            study.tell(trial.number, state=TrialState.FAIL)
    trials = study.get_trials(deepcopy=False)
    retried = {trial.user_attrs.get(_RETRIES) for trial in trials}
    for trial in trials:
        if _is_unfinished(trial) and trial.number not in retried:
            _retry(study, trial)


def _retry(study: optuna.Study, trial: FrozenTrial) -> None:
    asked = trial.user_attrs.get(_ASKED, trial.params)
    _enqueue(study, asked, space=trial.distributions, retries=trial.number)


def _is_unfinished(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.FAIL and _ERROR not in trial.user_attrs


def _ended(study: optuna.Study) -> list[Trial]:
    return [
        Trial(
            number=trial.number,
            state=_STATES[trial.state],
            hyperparameters={**trial.user_attrs.get(_ASKED, {}), **trial.params},
            loss=trial.value if trial.state is TrialState.COMPLETE else None,
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
        )
        for trial in study.get_trials(deepcopy=False)
        if trial.state in _STATES and not _is_unfinished(trial)
    ]


def _loss(trial: Trial) -> tuple[float, int]:
    return (math.inf if trial.loss is None else trial.loss, trial.number)

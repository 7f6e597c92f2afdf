"""Attributes of Optuna's trials, and their translation to the domain's trials."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import msgspec
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from adapters.common.processes import ProcessId, machine
from adapters.optuna.space import fits
from domain.ports.tuner import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

    from domain.models.model import Hyperparameters

_HYPERPARAMETERS: Final = "hyperparameters"
"""The attribute of hyperparameters that are given rather than drawn."""
_OWNER: Final = "process"
_ERROR: Final = "error"
_AGAIN: Final = "retries"
"""The attribute of the number of the trial that is made again."""
_ATTEMPT: Final = "attempt"
_MOST_ATTEMPTS: Final = 5
"""The most attempts at a trial whose worker dies each time: the trial may kill it, by taking all memory."""
_STATES: Final = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


def enqueue_first(study: optuna.Study, hyperparameters: Hyperparameters, space: Mapping[str, BaseDistribution]) -> None:
    """Enqueue a trial of these hyperparameters, unless there was one before."""
    if all(
        trial.user_attrs.get(_HYPERPARAMETERS) != dict(hyperparameters) for trial in study.get_trials(deepcopy=False)
    ):
        _enqueue(study, hyperparameters, space)


def enqueue_abandoned(study: optuna.Study, space: Mapping[str, BaseDistribution]) -> None:
    """Enqueue unfinished trials once more. The caller must hold the study's lock."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _is_abandoned(trial):
            study.tell(trial.number, state=TrialState.FAIL)
    trials = study.get_trials(deepcopy=False)
    again = {trial.user_attrs.get(_AGAIN) for trial in trials}
    for trial in trials:
        if is_unfinished(trial) and trial.number not in again:
            # a worker that died before it put its name on a trial may not have drawn all hyperparameters
            hyperparameters = trial.user_attrs.get(
                _HYPERPARAMETERS, trial.params if _OWNER in trial.user_attrs else None
            )
            _enqueue(
                study, hyperparameters, space, {_AGAIN: trial.number, _ATTEMPT: trial.user_attrs.get(_ATTEMPT, 1) + 1}
            )


def claim(trial: optuna.Trial, space: Mapping[str, BaseDistribution]) -> Hyperparameters:
    """Draw the hyperparameters that are not fixed, and put this process's name on the trial."""
    fixed: dict[str, Any] | None = trial.user_attrs.get(_HYPERPARAMETERS)
    free = space if fixed is None else {name: part for name, part in space.items() if fits(part, fixed, name)}
    drawn = {name: trial._suggest(name, part) for name, part in free.items()}  # noqa: SLF001  # the public methods do just this, one a type
    trial.set_user_attr(_OWNER, {"machine": machine(), **asdict(ProcessId.mine())})
    return drawn if fixed is None else {**fixed, **drawn}


def fail(study: optuna.Study, trial: optuna.Trial, why: str) -> None:
    """Mark a trial as failed, so that it is not made again."""
    with suppress(UpdateFinishedTrialError):  # it was given to another
        trial.set_user_attr(_ERROR, why)
    study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)


def is_unfinished(trial: FrozenTrial) -> bool:
    """Return whether a trial's worker was interrupted, killed or lost, so that it is made again and does not count."""
    is_broken = trial.state is TrialState.FAIL and _ERROR not in trial.user_attrs
    return is_broken and trial.user_attrs.get(_ATTEMPT, 1) < _MOST_ATTEMPTS


def running(study: optuna.Study) -> int:
    """Return the number of trials that workers run."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)))


def ended(study: optuna.Study) -> list[Trial]:
    """Return all trials that ended, as the domain's trials."""
    return [
        Trial(
            number=trial.number,
            state=_STATES[trial.state],
            hyperparameters={**trial.user_attrs.get(_HYPERPARAMETERS, {}), **trial.params},
            loss=trial.value if trial.state is TrialState.COMPLETE else None,
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
            error=trial.user_attrs.get(_ERROR, ""),
        )
        for trial in study.get_trials(deepcopy=False)
        if trial.state in _STATES and not is_unfinished(trial)
    ]


def _enqueue(
    study: optuna.Study,
    hyperparameters: Hyperparameters | None,
    space: Mapping[str, BaseDistribution],
    marks: Mapping[str, int] | None = None,
) -> None:
    named = hyperparameters or {}
    inside = {name: named[name] for name, part in space.items() if fits(part, named, name)}
    noted = {} if hyperparameters is None else {_HYPERPARAMETERS: dict(hyperparameters)}
    study.enqueue_trial(inside, user_attrs={**noted, **(marks or {})})


def _is_abandoned(trial: FrozenTrial) -> bool:
    """Return whether a running trial's worker is gone, or went before it put its name on the trial."""
    owner = trial.user_attrs.get(_OWNER)
    if owner is None:
        return True
    return owner.get("machine") == machine() and not msgspec.convert(owner, ProcessId).is_alive

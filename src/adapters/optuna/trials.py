"""What is noted on Optuna's trials, and what it makes of them."""

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

_ASKED: Final = "hyperparameters"
"""What was asked for by name rather than drawn."""
_OWNER: Final = "process"
_ERROR: Final = "error"
_AGAIN: Final = "retries"
"""The number of the trial that is made again."""
_ATTEMPT: Final = "attempt"
_MOST_ATTEMPTS: Final = 5
"""Of a trial whose worker dies each time: it may be what kills them, by eating up the memory for instance."""
_STATES: Final = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


def enqueue_first(study: optuna.Study, asked: Hyperparameters, space: Mapping[str, BaseDistribution]) -> None:
    """Let these hyperparameters be tried next, unless they were asked for before."""
    if all(trial.user_attrs.get(_ASKED) != dict(asked) for trial in study.get_trials(deepcopy=False)):
        _enqueue(study, asked, space)


def enqueue_abandoned(study: optuna.Study, space: Mapping[str, BaseDistribution]) -> None:
    """Let what was left unfinished be made again, once. Call it while nobody else claims a trial of the study."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _is_abandoned(trial):
            study.tell(trial.number, state=TrialState.FAIL)
    trials = study.get_trials(deepcopy=False)
    again = {trial.user_attrs.get(_AGAIN) for trial in trials}
    for trial in trials:
        if is_unfinished(trial) and trial.number not in again:
            # who died before it put its name on a trial may not have drawn all of it: it is drawn anew
            asked = trial.user_attrs.get(_ASKED, trial.params if _OWNER in trial.user_attrs else None)
            _enqueue(study, asked, space, {_AGAIN: trial.number, _ATTEMPT: trial.user_attrs.get(_ATTEMPT, 1) + 1})


def claim(trial: optuna.Trial, space: Mapping[str, BaseDistribution]) -> Hyperparameters:
    """Draw what was not asked for by name, and put this process's name on the trial."""
    asked: dict[str, Any] | None = trial.user_attrs.get(_ASKED)
    wanted = space if asked is None else {name: part for name, part in space.items() if fits(part, asked, name)}
    drawn = {name: trial._suggest(name, part) for name, part in wanted.items()}  # noqa: SLF001  # the public methods do just this, one a type
    trial.set_user_attr(_OWNER, {"machine": machine(), **asdict(ProcessId.mine())})
    return drawn if asked is None else {**asked, **drawn}


def fail(study: optuna.Study, trial: optuna.Trial, why: str) -> None:
    """End a trial that is not to be made again."""
    with suppress(UpdateFinishedTrialError):  # it was given to another
        trial.set_user_attr(_ERROR, why)
    study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)


def is_unfinished(trial: FrozenTrial) -> bool:
    """Whether its worker was interrupted, killed or lost, so that it is made again and does not count."""
    is_broken = trial.state is TrialState.FAIL and _ERROR not in trial.user_attrs
    return is_broken and trial.user_attrs.get(_ATTEMPT, 1) < _MOST_ATTEMPTS


def running(study: optuna.Study) -> int:
    """How many trials workers are at."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)))


def ended(study: optuna.Study) -> list[Trial]:
    """Tell of all trials that ended, in the domain's words."""
    return [
        Trial(
            number=trial.number,
            state=_STATES[trial.state],
            hyperparameters={**trial.user_attrs.get(_ASKED, {}), **trial.params},
            loss=trial.value if trial.state is TrialState.COMPLETE else None,
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
            error=trial.user_attrs.get(_ERROR, ""),
        )
        for trial in study.get_trials(deepcopy=False)
        if trial.state in _STATES and not is_unfinished(trial)
    ]


def _enqueue(
    study: optuna.Study,
    asked: Hyperparameters | None,
    space: Mapping[str, BaseDistribution],
    marks: Mapping[str, int] | None = None,
) -> None:
    named = asked or {}
    inside = {name: named[name] for name, part in space.items() if fits(part, named, name)}
    noted = {} if asked is None else {_ASKED: dict(asked)}
    study.enqueue_trial(inside, user_attrs={**noted, **(marks or {})})


def _is_abandoned(trial: FrozenTrial) -> bool:
    """Whether a running trial's worker is known to be gone, or went before it could put its name on it."""
    owner = trial.user_attrs.get(_OWNER)
    if owner is None:
        return True
    return owner.get("machine") == machine() and not msgspec.convert(owner, ProcessId).is_alive

"""What ends a study, and what ends a trial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.optuna.options import PrunerOptions, SamplerOptions, TuneBudget, TuneOptions
from adapters.optuna.tuner import OptunaTuner
from domain.models.model import FloatRange, Hyperparameters
from domain.ports.tuner import Trial

SPACE = {"x": FloatRange(0.0, 10.0)}
STEPS = 9


def distance(hyperparameters: Hyperparameters, report: Callable[[int, float], None]) -> float:
    """How far x is from 3; step by step a little worse, because a patient pruner waits while nothing gets worse."""
    loss = abs(float(hyperparameters["x"] or 0.0) - 3.0)
    for step in range(1, STEPS + 1):
        report(step, loss * (1 + step / 100))
    return loss


def tuned(options: TuneOptions, objective: Any = distance) -> tuple[Trial, list[Trial]]:
    tuner = OptunaTuner(None, options)
    arguments: dict[str, Any] = {"basis": "", "on_trial": lambda _: None, "on_wait": lambda _: None}
    with tuner.tune("study", SPACE, objective, first={"x": 5.0}, **arguments) as best:
        return best, tuner.trials("study")


@pytest.mark.parametrize("kind", ["median", "hyperband", "successive_halving", "patient"])
def test_a_pruner_ends_hopeless_trials_and_the_best_one_is_finished(kind: Any) -> None:
    options = TuneOptions(
        budget=TuneBudget(n_trials=30),
        sampler=SamplerOptions(kind="random", seed=1),
        pruner=PrunerOptions(
            kind=kind, startup_trials=3, warmup_steps=1, patience=1, min_resource=1, max_resource=STEPS
        ),
    )
    best, trials = tuned(options)
    assert len(trials) == 30
    assert {trial.state for trial in trials} == {"complete", "pruned"}
    assert all(trial.loss is None for trial in trials if trial.state == "pruned")
    assert best.loss == min(trial.loss for trial in trials if trial.loss is not None)


def test_without_a_pruner_every_trial_is_finished() -> None:
    options = TuneOptions(budget=TuneBudget(n_trials=12), pruner=PrunerOptions(kind="none"))
    assert {trial.state for trial in tuned(options)[1]} == {"complete"}


def test_tpe_finds_a_better_place_than_the_first() -> None:
    best, _ = tuned(TuneOptions(budget=TuneBudget(n_trials=30), sampler=SamplerOptions(kind="tpe", seed=1)))
    assert best.loss is not None
    assert best.loss < 1.0


def test_patience_counts_trials_without_a_better_one() -> None:
    losses = iter([3.0, 1.0, *[2.0] * 100])
    options = TuneOptions(budget=TuneBudget(n_trials=100, patience=4), pruner=PrunerOptions(kind="none"))
    best, trials = tuned(options, lambda *_: next(losses))
    assert (best.number, len(trials)) == (1, 6)


def test_a_timeout_ends_a_search_that_would_go_on() -> None:
    best, trials = tuned(TuneOptions(budget=TuneBudget(n_trials=1_000_000, timeout=0.3)))
    assert best in trials
    assert 1 <= len(trials) < 1_000_000

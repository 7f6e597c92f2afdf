"""Options of the search: budget, sampler and pruner, as plain classes that a configuration is decoded into."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Literal

import optuna


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneBudget:
    """Limits of a study, which ends at the first that is reached.

    Args:
        n_trials: trials of the study, whichever process made them.
        timeout: seconds in which one call may begin new trials, None for no limit.
        patience: successive trials of the study without a new best, None for no limit.
    """

    n_trials: int = 50
    timeout: float | None = None
    patience: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerOptions:
    """The sampler, which proposes hyperparameters.

    Args:
        kind: ``tpe`` (Bergstra et al. 2011, multivariate) or ``random``.
        seed: with the trial's number, of all draws.
        startup_trials: random trials before ``tpe`` begins to learn.
    """

    kind: Literal["tpe", "random"] = "tpe"
    seed: int = 0
    startup_trials: int = 10

    def sampler(self, number: int) -> optuna.samplers.BaseSampler:
        """Make the sampler of one trial, seeded by its number."""
        seed = (self.seed * 1_000_003 + number) % 2**32
        if self.kind == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=self.startup_trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunerOptions:
    """The pruner, which ends trials early. A step is a fold.

    Args:
        kind: ``median``, ``hyperband``, ``successive_halving``, ``patient`` (median, once a trial has not
            improved for ``patience`` steps) or ``none``.
        startup_trials: trials that ``median`` lets finish first.
        warmup_steps: steps that ``median`` lets every trial make.
        patience: steps, for ``patient``.
        min_resource: least steps, for ``hyperband`` and ``successive_halving``.
        max_resource: most steps, for ``hyperband``; None reads it from the first trials.
        reduction_factor: one of this number of trials goes on, for ``hyperband`` and ``successive_halving``.
    """

    kind: Literal["median", "hyperband", "successive_halving", "patient", "none"] = "median"
    startup_trials: int = 5
    warmup_steps: int = 2
    patience: int = 2
    min_resource: int = 1
    max_resource: int | None = None
    reduction_factor: int = 3

    def pruner(self) -> optuna.pruners.BasePruner:
        """Make the pruner."""
        median = optuna.pruners.MedianPruner(self.startup_trials, self.warmup_steps)
        match self.kind:
            case "median":
                return median
            case "patient":
                with warnings.catch_warnings():  # users cannot act on its being experimental
                    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                    return optuna.pruners.PatientPruner(median, self.patience)
            case "hyperband":
                return optuna.pruners.HyperbandPruner(
                    self.min_resource, self.max_resource or "auto", self.reduction_factor
                )
            case "successive_halving":
                return optuna.pruners.SuccessiveHalvingPruner(self.min_resource, self.reduction_factor)
            case "none":
                return optuna.pruners.NopPruner()


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneOptions:
    """All options of the search."""

    budget: TuneBudget = field(default_factory=TuneBudget)
    sampler: SamplerOptions = field(default_factory=SamplerOptions)
    pruner: PrunerOptions = field(default_factory=PrunerOptions)

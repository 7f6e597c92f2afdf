"""A sampler whose draws depend on the trial's number only, not on which process draws, or when it began."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optuna.samplers import BaseSampler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState

    from adapters.optuna.options import SamplerOptions


class NumberedSampler(BaseSampler):
    """Makes a new sampler for each trial, seeded by its number.

    So a killed study continues as it would have, and workers with the same seed never draw the same. The search space
    is given: a trial that lacks some hyperparameters, like the first, does not narrow it.
    """

    def __init__(self, options: SamplerOptions, space: Mapping[str, BaseDistribution]) -> None:
        self._options = options
        self._space = {name: part for name, part in space.items() if not part.single()}
        self._inner = options.sampler(0)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Begin a trial."""
        self._inner = self._options.sampler(trial.number)
        self._inner.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002  # Optuna's signature
        """Return the whole space, if it is sampled jointly."""
        return self._space if self._options.kind == "tpe" else {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draw hyperparameters jointly."""
        return self._inner.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Draw a single hyperparameter."""
        return self._inner.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """End a trial."""
        self._inner.after_trial(study, trial, state, values)

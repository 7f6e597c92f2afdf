"""The people from whom a distribution is learned, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adapters.sklearn import weighting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.sklearn.features import Features

    Floats = NDArray[np.float64]
    Digests = NDArray[np.uint64]

_SURE: Final = 1.28
"""The standard errors that a gain must have: chance makes one such gain in ten."""
_GAIN: Final = 0.001


@dataclass(frozen=True, slots=True)
class TrainingPeople:
    """The people from whom a distribution is learned, each row once."""

    features: Features
    charges: Floats
    weights: Floats
    people: Digests

    def __len__(self) -> int:
        return len(self.charges)

    def __getitem__(self, positions: NDArray[Any]) -> TrainingPeople:
        return TrainingPeople(
            self.features[positions], self.charges[positions], self.weights[positions], self.people[positions]
        )

    def loss(self, losses: Floats) -> float:
        """Return the mean of losses of these people."""
        return weighting.mean(losses, self.weights)

    def surely_less(self, losses: Floats, others: Floats) -> bool:
        """Return whether losses are less than others beyond chance, and by more than a thousandth."""
        gain = others - losses
        least = max(_SURE * weighting.standard_error(gain, self.weights, self.people), _GAIN * self.loss(others))
        return self.loss(gain) > least

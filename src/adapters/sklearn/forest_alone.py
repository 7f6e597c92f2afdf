"""A forest of the ranks of costs themselves, for few people of whom no point predicts the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.features import Features
from adapters.sklearn.halves import parts_of_people
from adapters.sklearn.predictive import PredictiveDistribution
from adapters.sklearn.ranks import RankDistribution
from adapters.sklearn.scoring import crps
from adapters.sklearn.shape_choice import HOPELESS, SPLITS

if TYPE_CHECKING:
    from adapters.sklearn.training_people import TrainingPeople

_SMALL_LEAF: Final = 12


def forest_of(training: TrainingPeople, seed: int) -> PredictiveDistribution:
    """Fit the forest."""
    features = Features(training.features.design, training.features.rows, np.zeros(len(training)))
    shape = RankDistribution.of(
        features,
        training.charges,
        training.weights,
        training.people,
        floor=0.0,
        leaf=_SMALL_LEAF,
        with_spread=False,
        seed=seed,
    )
    share = None if (training.charges <= 0).any() else 0.0
    return PredictiveDistribution(shape, features.design, share=share, uses_point=False)


def loss_of_forest(training: TrainingPeople, seed: int, least: float) -> float:
    """Return the forest's mean losses summed over splits; infinity once the sum cannot be less than ``least``."""
    total = 0.0
    for split in range(SPLITS):
        which = parts_of_people(training.people, 2, seed + split + SPLITS)
        losses = np.empty(len(training))
        for part in (0, 1):
            held = np.flatnonzero(which == part)
            forest = forest_of(training[np.flatnonzero(which != part)], seed)
            features = training.features[held]
            losses[held] = crps(training.charges[held], forest.table(features.rows, features.points))
        total += training.loss(losses)
        if total > least * (split + 1) / SPLITS * (1 + HOPELESS):
            return np.inf
    return total

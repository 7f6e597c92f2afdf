"""Two other methods for the distribution of each person's cost, for comparison on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from lightgbm import LGBMRegressor
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import KFold

from domain.costs.distribution import QUANTILE_LEVELS

Floats = NDArray[np.float64]
Rival = Callable[[Floats, Floats, Floats, int], Floats]
"""From n facts, n costs, m facts of other people and a seed to m x 99 quantiles of the others' costs."""

LEVELS: Final = np.array(QUANTILE_LEVELS)
_BOOSTED: Final = np.array([0.01, *np.arange(0.05, 1, 0.05), 0.99])
"""Levels at which trees are boosted: straight lines join them."""
_FOLDS: Final = 5


def quantile_forest(rows: Floats, charges: Floats, others: Floats, seed: int) -> Floats:
    """Answer by the costs of people in the same leaves (Meinshausen 2006, quantile regression forests)."""
    forest = RandomForestRegressor(300, min_samples_leaf=10, random_state=seed).fit(rows, charges)
    order = np.argsort(charges)
    train_leaves, other_leaves = forest.apply(rows)[order], forest.apply(others)
    quantiles = np.empty((len(others), len(LEVELS)))
    for row, leaves in enumerate(other_leaves):
        together = train_leaves == leaves
        weights = np.cumsum((together / together.sum(axis=0)).mean(axis=1))
        quantiles[row] = charges[order][np.searchsorted(weights, LEVELS * weights[-1])]
    return quantiles


def conformal_boosting(rows: Floats, charges: Floats, others: Floats, seed: int) -> Floats:
    """Answer by LightGBM's quantile boosting, each level shifted by its error out of fold.

    Conformalised quantile regression (Romano, Patterson and Candes 2019) of each level by itself, with the residuals of
    five folds in place of a half that is held back, which 300 rows cannot spare.
    """

    def boosted(level: float) -> LGBMRegressor:
        return LGBMRegressor(
            objective="quantile", alpha=level, n_estimators=100, learning_rate=0.05, num_leaves=7,
            min_child_samples=max(10, len(rows) // 30), random_state=seed, n_jobs=1, verbose=-1,
        )  # fmt: skip

    moved: list[Floats] = []
    for level in _BOOSTED:
        missed = np.empty(len(rows))
        for train, held in KFold(_FOLDS, shuffle=True, random_state=seed).split(rows):
            held_out = boosted(level).fit(rows[train], charges[train]).predict(rows[held])
            missed[held] = charges[held] - np.asarray(held_out)
        held_out = boosted(level).fit(rows, charges).predict(others)
        moved.append(np.asarray(held_out) + np.quantile(missed, level))
    grid = np.sort(np.maximum(moved, 0), axis=0)
    return np.array([np.interp(LEVELS, _BOOSTED, person_quantiles) for person_quantiles in grid.T])


RIVALS: Final[Mapping[str, Rival]] = {"quantile forest": quantile_forest, "conformal boosting": conformal_boosting}

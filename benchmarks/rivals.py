"""Two other ways to a distribution of each person's cost, learned from the same rows: what ours is measured beside."""

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
"""From n facts, n costs, m facts of others and a seed: m x 99 quantiles of what those cost."""

LEVELS: Final = np.array(QUANTILE_LEVELS)
_BOOSTED: Final = np.array([0.01, *np.arange(0.05, 1, 0.05), 0.99])
"""Levels at which trees are boosted: straight lines join them."""
_FOLDS: Final = 5


def quantile_forest(rows: Floats, charges: Floats, others: Floats, seed: int) -> Floats:
    """Answer by the costs of those with whom a person shares leaves (Meinshausen 2006, quantile regression forests)."""
    forest = RandomForestRegressor(300, min_samples_leaf=10, random_state=seed).fit(rows, charges)
    order = np.argsort(charges)
    known, asked = forest.apply(rows)[order], forest.apply(others)
    quantiles = np.empty((len(others), len(LEVELS)))
    for row, leaves in enumerate(asked):
        together = known == leaves
        weights = np.cumsum((together / together.sum(axis=0)).mean(axis=1))
        quantiles[row] = charges[order][np.searchsorted(weights, LEVELS * weights[-1])]
    return quantiles


def conformal_boosting(rows: Floats, charges: Floats, others: Floats, seed: int) -> Floats:
    """Answer by LightGBM's quantile boosting, each level moved by what it missed out of fold.

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
        for known, held in KFold(_FOLDS, shuffle=True, random_state=seed).split(rows):
            said = boosted(level).fit(rows[known], charges[known]).predict(rows[held])
            missed[held] = charges[held] - np.asarray(said)
        said = boosted(level).fit(rows, charges).predict(others)
        moved.append(np.asarray(said) + np.quantile(missed, level))
    grid = np.sort(np.maximum(moved, 0), axis=0)
    return np.array([np.interp(LEVELS, _BOOSTED, one) for one in grid.T])


RIVALS: Final[Mapping[str, Rival]] = {"quantile forest": quantile_forest, "conformal boosting": conformal_boosting}

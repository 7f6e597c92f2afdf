"""Figures of `CostDistribution` for many answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.predictive import bodies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LAST: Final = 99


def excess_of(answers: Floats) -> Floats:
    """Return `CostDistribution.excess` of each row.

    Args:
        answers: n x 101: mean, 99 quantiles and chance of no cost.
    """
    mean, quantiles, zero = answers[:, 0], answers[:, 1:-1], answers[:, -1]
    body = bodies(quantiles, zero)
    share = 1 - np.maximum(zero, _LAST / 100)
    above = np.divide(mean - body, share, out=np.zeros(len(answers)), where=share > 0)
    return np.maximum(above - quantiles[:, -1], 0.0)


def chances_above(answers: Floats, amount: float) -> Floats:
    """Return `CostDistribution.chance_above` of each row, see `excess_of`."""
    quantiles, zero = answers[:, 1:-1], answers[:, -1]
    rows = np.arange(len(answers))
    below = np.count_nonzero(quantiles <= amount, axis=1)
    is_first = below / 100 <= zero
    start = np.where(is_first, zero, below / 100)
    low = np.where(is_first, _lowest(quantiles, zero), quantiles[rows, np.maximum(below - 1, 0)])
    high = quantiles[rows, np.minimum(below, _LAST - 1)]
    wide = high - low
    share = np.divide(amount - low, wide, out=np.zeros(len(answers)), where=wide > 0)
    inside = 1 - start - np.maximum(share, 0.0) * ((below + 1) / 100 - start)
    inside[amount < low] = 1.0
    excess = excess_of(answers)
    over = np.divide(quantiles[:, -1] - amount, excess, out=np.full(len(answers), -np.inf), where=excess > 0)
    tail = (1 - np.maximum(zero, _LAST / 100)) * np.exp(np.minimum(over, 0.0))
    return np.where(below == _LAST, tail, inside)


def _lowest(quantiles: Floats, zero: Floats) -> Floats:
    return np.where(zero > 0, 0.0, np.maximum(2 * quantiles[:, 0] - quantiles[:, 1], 0.0))

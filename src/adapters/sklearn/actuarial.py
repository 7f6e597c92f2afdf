"""Figures by which actuaries judge predictions: people ordered by a figure, predictive ratios, concentration of costs.

Each row counts by its weight: a row of weight 2 is that row twice. The order of the rows has no effect: rows with equal
figures are spread evenly over a border between portions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from domain.models.scores import PredictiveRatio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    People = NDArray[Any]

_DRAWS: Final = 1000
_MOST_UNITS: Final = 1000
_SEED: Final = 0
_LEVELS_OF_ENDS: Final = (0.025, 0.975)
_MOMENTS: Final = 5


def portions(figure: Floats, weights: Floats, borders: Sequence[float]) -> Floats:
    """Return the weight of each row between two borders of the order by a figure.

    Args:
        figure: n, by which the rows are ordered.
        weights: n, all above zero.
        borders: k + 1 shares of all weight, rising from 0 to 1.

    Returns:
        k x n; the sum over the first axis is ``weights``.

    >>> portions(np.array([3.0, 1.0, 2.0, 2.0]), np.ones(4), (0, 0.5, 1))
    array([[0. , 1. , 0.5, 0.5],
           [1. , 0. , 0.5, 0.5]])
    """
    block, sums = _blocks(figure, weights)
    upto = np.cumsum(sums)
    edges = np.asarray(borders) * upto[-1]
    inside = np.minimum(upto, edges[1:, None]) - np.maximum(upto - sums, edges[:-1, None])
    return (np.clip(inside, 0, None) / sums)[:, block] * weights


def predictive_ratios(
    predicted: Floats, observed: Floats, portioned: Floats, people: People | None
) -> list[PredictiveRatio]:
    """Return predicted over observed costs of some portions of the people.

    Intervals are by a bootstrap over people of the studentised logarithm of the ratio (bootstrap-t: Efron and
    Tibshirani 1993, chapter 12, 1,000 seeded draws), because a few high costs make most of a sum: percentiles alone
    held the true ratio of 30 people far less often than 95 %. Above 1,000 people, random groups of equal size are drawn
    instead of single people.

    Args:
        predicted: n.
        observed: n.
        portioned: m x n, the weight of each row in each portion.
        people: n codes of persons; None for no intervals.
    """
    above, below = portioned @ predicted, portioned @ observed
    ratios = [
        float(numerator / denominator) if denominator > 0 else None
        for numerator, denominator in zip(above, below, strict=True)
    ]
    if people is None:
        return [PredictiveRatio(ratio) for ratio in ratios]
    _, codes = np.unique(people, return_inverse=True)
    units, counts = _draws(int(codes.max()) + 1)
    unit, count = units[codes], counts.shape[1]
    moments = np.empty((len(portioned), _MOMENTS, count))
    for portion, each in zip(portioned, moments, strict=True):
        mine, theirs = (np.bincount(unit, weights=portion * costs, minlength=count) for costs in (predicted, observed))
        each[:] = mine, theirs, mine**2, mine * theirs, theirs**2
    drawn = counts @ moments.reshape(-1, count).T  # all at once: one product of matrices is faster than many vectors
    intervals: list[PredictiveRatio] = []
    for ratio, each, sums in zip(ratios, moments.sum(axis=2), np.split(drawn, len(portioned), axis=1), strict=True):
        low, high = (None, None) if ratio is None else _ends(ratio, each[None], sums)
        intervals.append(PredictiveRatio(ratio, low, high))
    return intervals


@lru_cache(maxsize=2)
def _draws(persons: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the unit of each person, and the counts of units in each draw: the same for the same number of people."""
    draw = np.random.default_rng(_SEED)
    count = min(persons, _MOST_UNITS)
    units = draw.permutation(persons) % count
    return units, draw.multinomial(count, np.full(count, 1 / count), size=_DRAWS).astype(np.float64)


def _ends(ratio: float, moments: Floats, drawn: Floats) -> tuple[float, float | None]:
    """Return the ends of the interval of a ratio, from the moments of all units and of those of each draw."""
    if not ratio:
        return 0.0, 0.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a draw without costs has an infinite ratio
        at, error = _logarithm(moments)
        logarithms, errors = _logarithm(drawn)
        away = np.nan_to_num((logarithms - at) / errors, nan=0.0, posinf=np.inf, neginf=-np.inf)
        high, low = np.exp(at - np.quantile(away, _LEVELS_OF_ENDS, method="nearest") * error)
    return float(low), float(high) if np.isfinite(high) else None


def _logarithm(moments: Floats) -> tuple[Floats, Floats]:
    """Return the logarithm of each ratio and its standard error, by linearisation of the ratio.

    Args:
        moments: k x 5, sums over units: of predicted and observed costs, of squares of the former, of products, and of
            squares of the latter.
    """
    above, below, squared, product, squares = moments.T
    ratio = above / below
    variance = squared - 2 * ratio * product + ratio**2 * squares
    return np.log(ratio), np.sqrt(np.maximum(variance, 0)) / above


def prediction_measure(charges: Floats, errors: Floats, weights: Floats) -> float:
    """Return Cumming's prediction measure, 0 where all charges are equal."""
    apart = float(np.abs(charges - np.average(charges, weights=weights)) @ weights)
    return 1 - float(np.abs(errors) @ weights) / apart if apart else 0.0


def gini(figure: Floats, charges: Floats, weights: Floats) -> float:
    """Return the Gini index of charges of people ordered by a figure, 0 where nothing was charged.

    >>> gini(np.array([1.0, 2.0]), np.array([0.0, 10.0]), np.ones(2))
    0.5
    """
    total = float(charges @ weights)
    if not total:
        return 0.0
    block, sums = _blocks(figure, weights)
    people = np.append(0, np.cumsum(sums)) / sums.sum()
    costs = np.append(0, np.cumsum(np.bincount(block, weights=charges * weights))) / total
    return 1 - 2 * float(np.trapezoid(costs, people))


def captured(figure: Floats, charges: Floats, weights: Floats, share: float) -> float:
    """Return the cost of the share of people with the highest figure, over that of the same share who cost most."""
    mine, most = (portions(by, weights, (0, 1 - share, 1))[1] @ charges for by in (figure, charges))
    return float(mine / most) if most else 0.0


def _blocks(figure: Floats, weights: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the position of each row's figure among the rising distinct figures, and the weight of each of these."""
    _, block = np.unique(figure, return_inverse=True)
    sums: Floats = np.bincount(block, weights=weights).astype(np.float64)
    return block, sums

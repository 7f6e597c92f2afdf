"""Weighted statistics of rows. Equal weights give the same results as no weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def mean(values: NDArray[Any], weights: Floats) -> float:
    """Return the weighted mean of n values."""
    return float(np.average(values, weights=weights))


def quantiles(values: Floats, levels: Floats, weights: Floats) -> Floats:
    """Return quantiles: for equal weights by linear interpolation, else the least value that reaches the level."""
    if is_equal(weights):
        return np.quantile(values, levels)
    return np.quantile(values, levels, weights=weights, method="inverted_cdf")


def median(values: Floats, weights: Floats) -> float:
    """Return the weighted median: halfway between two values where each half of the weight ends at one of them."""
    if is_equal(weights):
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    behind = np.cumsum(weights[order])
    half = behind[-1] / 2
    slack = behind[-1] * 1e-12
    lower, upper = np.searchsorted(behind, half - slack), np.searchsorted(behind, half + slack)
    return float((values[order[lower]] + values[order[min(upper, len(order) - 1)]]) / 2)


def relative(weights: Floats) -> Floats:
    """Return weights with a mean of 1, so that the effect of a penalty does not depend on their unit."""
    return weights * (len(weights) / weights.sum()) if len(weights) else weights


def unless_equal(weights: Floats) -> Floats | None:
    """Return weights with a mean of 1, None if all are equal: fits are faster without weights."""
    return None if is_equal(weights) else relative(weights)


def is_equal(weights: Floats) -> bool:
    """Return whether all weights are equal."""
    return not len(weights) or bool((weights == weights[0]).all())


def standard_error(values: Floats, weights: Floats, people: NDArray[Any]) -> float:
    """Return the standard error of a weighted mean of n values, of which those of one person are one draw.

    Linearised, with the sums of each person as draws (Cochran 1977, Sampling techniques, section 6.4 and 9A); of one
    row a person and equal weights it is the usual one.
    """
    _, which = np.unique(people, return_inverse=True)
    sums = np.bincount(which.ravel(), weights * (values - mean(values, weights)))
    count = len(sums)
    return float(np.sqrt(count / (count - 1) * np.sum(sums**2)) / weights.sum())


def weights_for(estimator: Any, weights: Floats) -> dict[str, Floats]:
    """Return the argument of an estimator's `fit` with the weights; none for equal or unsupported weights.

    The weights' mean is made 1, so that penalties and the least weight of a leaf do not depend on their unit.

    Args:
        estimator: unfitted; of a pipeline the last step weighs rows, of a transformed target the regressor.
        weights: n.
    """
    name = weight_parameter(estimator)
    return {name: relative(weights)} if name and not is_equal(weights) else {}


def weight_parameter(estimator: Any) -> str:
    """Return the name of the parameter of `fit` for weights; empty if the estimator has none."""
    if isinstance(estimator, TransformedTargetRegressor):
        return weight_parameter(estimator.regressor)  # pyrefly: ignore[missing-attribute]  # stubs: after `fit` only
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inner = weight_parameter(last)
        return f"{name}__{inner}" if inner else ""
    return "sample_weight" if has_fit_parameter(estimator, "sample_weight") else ""

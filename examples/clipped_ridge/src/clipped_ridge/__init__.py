"""A model family of another package: ridge regression whose answers stay within the costs that it learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from adapters.sklearn.family import Family
from adapters.sklearn.parts import main_effects
from domain.models.model import FloatRange

if TYPE_CHECKING:
    from domain.people.schema import Schema


class ClippedRidge(RegressorMixin, BaseEstimator):
    """Ridge regression, clipped to the range of the costs of its fit.

    Args:
        alpha: weight of the sum of squared coefficients.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ClippedRidge:  # noqa: N803  # scikit-learn's names
        """Fit the regression and keep the lowest and the highest cost."""
        self.ridge_ = Ridge(alpha=self.alpha).fit(X, y, sample_weight=sample_weight)
        self.range_ = np.array([np.min(y), np.max(y)])
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803  # scikit-learn's name
        """Return the cost of each row."""
        return np.clip(self.ridge_.predict(X), *self.range_)


def _estimator(settings: dict[str, Any], _seed: int, schema: Schema) -> Any:
    return make_pipeline(*main_effects(schema), ClippedRidge(**settings))


FAMILY: Final = Family(
    label="ridge regression within the costs seen",
    make=_estimator,
    defaults={"alpha": 1.0},
    transforms=("none", "log"),
    space={"alpha": FloatRange(0.01, 100.0, log=True)},
    types=("clipped_ridge.ClippedRidge",),
)

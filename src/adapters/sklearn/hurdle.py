"""Hurdle models of costs of which some are zero: the chance of any cost, and the size of a cost above zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.sklearn.weighting import weights_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hurdle:
    """Two parts, of which the second learns from costs above zero only (Cragg 1971; Mullahy 1986).

    Args:
        chance: a classifier of people with any cost.
        size: a regressor of costs above zero.
    """

    chance: Any
    size: Any

    def fit(self, rows: Floats, charges: Floats, sample_weight: Floats | None = None) -> Any:
        """Return the fitted hurdle; where no cost is zero, the fitted regressor alone."""
        weights = np.ones(len(charges)) if sample_weight is None else sample_weight
        is_cost = charges > 0
        size = self.size.fit(rows[is_cost], charges[is_cost], **weights_for(self.size, weights[is_cost]))
        if is_cost.all():
            return size
        return Hurdle(self.chance.fit(rows, is_cost, **weights_for(self.chance, weights)), size)

    def predict(self, rows: Floats) -> Floats:
        """Return the expected cost of each row: its chance of any cost times the size."""
        return self.chance.predict_proba(rows)[:, 1] * self.size.predict(rows)


def to_public_parts(estimator: Any) -> Any:
    """Convert a fitted estimator for a model folder: to scikit-learn's own objects, or a dict of two."""
    return {"chance": estimator.chance, "size": estimator.size} if isinstance(estimator, Hurdle) else estimator


def of_public_parts(stored: Any) -> Any:
    """Restore the estimator that `to_public_parts` converted."""
    return Hurdle(stored["chance"], stored["size"]) if isinstance(stored, dict) else stored

"""The published figures of many people without the other quantiles, of which the weighted sum is enough.

A person's quantile is a start, in USD, plus a step times the residual at its level. The residuals are those of the
person's group, or of the cell of a forest of ranks, which is evaluated once. Where a quantile is clipped at the least
cost this does not hold; the few people with such a quantile are answered by the general method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.cells import Cells, Remembered
from adapters.sklearn.distribution import LEVELS, ResidualDistribution
from adapters.sklearn.predictive import LEAST_COST, SHARES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from adapters.sklearn.features import Features
    from adapters.sklearn.predictive import PredictiveDistribution

    Floats = NDArray[np.float64]

_ENDS: Final = [0, 1, len(LEVELS) - 1]


@dataclass(frozen=True, slots=True)
class StepAnswers:
    """Gives some quantiles of a distribution, its means and chances of no cost.

    Args:
        distribution: the distribution of costs that are never zero.
        levels: positions of `LEVELS`.
        line: returns the starts and steps of n people.
        standards: returns the residuals of n people at `_ENDS` and the levels, and the weighted sum of all 99.
    """

    distribution: PredictiveDistribution
    levels: list[int]
    line: Callable[[Features], tuple[Floats, Floats]]
    standards: Callable[[Features], Floats]

    @classmethod
    def of(cls, distribution: PredictiveDistribution, levels: list[int]) -> StepAnswers | None:
        """Return the step answers of a distribution; None where it needs all quantiles, or none of the others."""
        shape, taken = distribution.shape, [*_ENDS, *levels]
        if distribution.hurdle or distribution.share != 0:
            return None
        if isinstance(shape, ResidualDistribution):
            if distribution.mean_of.is_plain:
                return None
            by_group = _read(shape.quantiles, taken)
            return cls(distribution, levels, shape.line, lambda some: by_group[shape.grouping.codes(some.rows)])
        cells = Cells.of(shape.forest.trees) if shape.forest else None
        if cells is None:
            return None
        by_cell = Remembered(cells, lambda facts: _read(shape.standards(facts, LEVELS[None]), taken))
        return cls(distribution, levels, shape.line, lambda some: by_cell(some.facts))

    def answers(self, rows: Floats, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what `PredictiveDistribution.answers` does at the levels, for n rows."""
        features = self.distribution.features(rows, points if self.distribution.uses_point else np.zeros(len(points)))
        start, step = self.line(features)
        standards = self.standards(features)
        costs = start[:, None] + step[:, None] * standards[:, :-1]
        first, second, highest = costs[:, : len(_ENDS)].T
        body = np.maximum(2 * first - second, 0.0) * SHARES[0] + start * SHARES[1:].sum() + step * standards[:, -1]
        zero = np.zeros(len(rows))
        means, quantiles = self.distribution.published(features, costs[:, len(_ENDS) :], highest, body, zero)
        held = np.flatnonzero(first < LEAST_COST)
        if len(held):
            means[held], quantiles[held], _ = self.distribution.answers(rows[held], points[held], self.levels)
        return means, quantiles, zero


def _read(standards: Floats, taken: list[int]) -> Floats:
    return np.column_stack([standards[:, taken], (standards * SHARES[1:]).sum(axis=1)])

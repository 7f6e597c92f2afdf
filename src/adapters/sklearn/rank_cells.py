"""What is published by a forest of ranks, of many people: the forest is read once for each of its cells.

Of a person, a distribution by ranks takes two numbers, a start and a step, and of the cell the residuals at each level.
A quantile is the start plus so many steps, so the integral of all of them needs the residuals' weighted sum only. That
holds where no quantile is held at the least cost; the few people of whom one is are answered the long way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.cells import Cells, Remembered
from adapters.sklearn.distribution import LEVELS
from adapters.sklearn.predictive import LEAST_COST, SHARES
from adapters.sklearn.ranks import RankDistribution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.predictive import PredictiveDistribution

    Floats = NDArray[np.float64]

_ENDS: Final = [0, 1, len(LEVELS) - 1]


@dataclass(frozen=True, slots=True)
class RankCells:
    """Gives some quantiles of a distribution by ranks, its means and chances of no cost.

    Args:
        distribution: by ranks, of costs that are never zero.
        shape: its ranks.
        levels: positions of `LEVELS`.
        standards: of each cell the residuals at `_ENDS` and the levels, and the weighted sum of all 99.
    """

    distribution: PredictiveDistribution
    shape: RankDistribution
    levels: list[int]
    standards: Remembered

    @classmethod
    def of(cls, distribution: PredictiveDistribution, levels: list[int]) -> RankCells | None:
        """Return what answers for a distribution; None where it has no such cells."""
        shape = distribution.shape
        if not isinstance(shape, RankDistribution) or not shape.forest:
            return None
        cells = Cells.of(shape.forest.trees)
        if cells is None or distribution.hurdle or distribution.share != 0:
            return None
        taken = [*_ENDS, *levels]

        def read(facts: NDArray[np.float32]) -> Floats:
            standards = shape.standards(facts, LEVELS[None])
            return np.column_stack([standards[:, taken], (standards * SHARES[1:]).sum(axis=1)])

        return cls(distribution, shape, levels, Remembered(cells, read))

    def answers(self, rows: Floats, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what `PredictiveDistribution.answers` does at the levels, for n rows."""
        features = self.distribution.features(rows, points if self.distribution.uses_point else np.zeros(len(points)))
        start, step = self.shape.line(features)
        standards = self.standards(features.facts)
        costs = start[:, None] + step[:, None] * standards[:, :-1]
        first, second, highest = costs[:, : len(_ENDS)].T
        body = np.maximum(2 * first - second, 0.0) * SHARES[0] + start * SHARES[1:].sum() + step * standards[:, -1]
        zero = np.zeros(len(rows))
        means, quantiles = self.distribution.published(features, costs[:, len(_ENDS) :], highest, body, zero)
        held = np.flatnonzero(first < LEAST_COST)
        if len(held):
            means[held], quantiles[held], _ = self.distribution.answers(rows[held], points[held], self.levels)
        return means, quantiles, zero

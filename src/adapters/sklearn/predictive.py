"""The published distribution: a shape around the point, a hurdle in front of it, and a mean that agrees.

Quantiles come from the shape, at levels that leave room for the chance of no cost. The mean is a separate model. The
two are reconciled: first the mean excess above the 99 % quantile is changed, to between a quarter of the fitted excess
and four times as much. The remaining difference scales the whole distribution, where that did not make it worse for
people whom it had not seen; otherwise it changes the mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.distribution import ALL, LEVELS, ResidualDistribution
from adapters.sklearn.features import Design, Features
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.means import CostMean
from adapters.sklearn.pieces import PIECE, pieces_of
from domain.models.model import DistributionNote

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.distribution import Positions
    from adapters.sklearn.ranks import RankDistribution
    from adapters.sklearn.zero_chance import ZeroChance

    Floats = NDArray[np.float64]

LIGHTEST, HEAVIEST = 0.25, 4.0
"""The least and the largest multiple of the fitted excess that a tail may have."""
LEAST_COST: Final = 0.01
"""The least cost above zero, in USD."""

_TAIL: Final = 1 - float(LEVELS[-1])
_STEADY: Final = 1e-9
_STEPS: Final = np.diff(LEVELS, prepend=0.0)
SHARES: Final = (np.append(_STEPS, 0.0) + np.insert(_STEPS, 0, 0.0)) / 2
"""The weights, by the trapezoidal rule, of the costs at level 0 and at each of `LEVELS` in the integral."""


@dataclass(frozen=True, slots=True)
class PredictiveDistribution:
    """The predictive distribution of the cost of a year, for any person.

    Args:
        shape: the shape of the costs around the point; of those above zero where there is a hurdle.
        design: the design of the parts' inputs; None where no part needs them.
        hurdle: the chance of no cost; None where hardly anybody is without cost.
        share: the chance of no cost of everybody, without a hurdle; None for models of earlier releases, whose chance
            is the highest level with a quantile of 0.
        mean_of: the expected cost.
        excess: the fitted mean excess above the 99 % quantile, as a share of that quantile.
        scaled: whether the distribution is scaled where no plausible tail gives the mean; otherwise the mean is
            changed.
        uses_point: false where the point predicts nothing, so that everybody gets the distribution of all costs.
        gain: the share by which the CRPS of held-out people is better than that of the distribution of all costs.
        advantage: the share by which it is better than that of the simplest shape.
    """

    shape: ResidualDistribution | RankDistribution
    design: Design | None = None
    hurdle: ZeroChance | None = None
    share: float | None = None
    mean_of: CostMean = field(default_factory=CostMean)
    excess: float = 1.0
    scaled: bool = False
    uses_point: bool = True
    gain: float = 0.0
    advantage: float = 0.0

    @property
    def grouping(self) -> Grouping:
        """Return the grouping of residuals, which is empty where their spread is learned."""
        return self.shape.grouping if isinstance(self.shape, ResidualDistribution) else Grouping()

    @property
    def name(self) -> str:
        """Return the name of the shape, see `DistributionNote`."""
        if self.uses_point:
            return self.shape.name
        return "unconditional" if isinstance(self.shape, ResidualDistribution) else "forest"

    @property
    def is_zero_known(self) -> bool:
        """Return whether the chance of no cost is known otherwise than by which quantiles are 0."""
        return self.hurdle is not None or self.share is not None

    @property
    def note(self) -> DistributionNote:
        """Return the note on the distribution for a model card."""
        return DistributionNote(
            shape=self.name,
            hurdle=self.hurdle.name if self.hurdle else "",
            mean=self.mean_of.name,
            excess=self.excess,
            gain=self.gain,
            gain_over_simplest=self.advantage,
        )

    def mean(self, rows: Floats, points: Floats) -> Floats:
        """Return the mean of each row, in USD."""
        return self.answers(rows, points, [])[0]

    def table(self, rows: Floats, points: Floats, levels: Positions = ALL) -> Floats:
        """Return quantiles of each row, n x 99 or those at some positions of `LEVELS`, in USD, never negative."""
        return self.answers(rows, points, levels)[1]

    def answers(self, rows: Floats, points: Floats, levels: Positions = ALL) -> tuple[Floats, Floats, Floats]:
        """Return the means, quantiles and chances of no cost of n rows.

        Args:
            rows: n x width.
            points: n, USD.
            levels: positions of `LEVELS`.

        Returns:
            n means, n x k quantiles, USD, and n chances.
        """
        if len(rows) <= PIECE:
            return self._answers(rows, points, levels)
        means, zero, quantiles = np.empty(len(rows)), np.empty(len(rows)), np.empty((len(rows), len(LEVELS[levels])))
        for piece in pieces_of(len(rows)):
            means[piece], quantiles[piece], zero[piece] = self._answers(rows[piece], points[piece], levels)
        return means, quantiles, zero

    def _answers(self, rows: Floats, points: Floats, levels: Positions) -> tuple[Floats, Floats, Floats]:
        points = points if self.uses_point else np.zeros(len(points))
        if self.hurdle is None and self.mean_of.is_plain and isinstance(self.shape, ResidualDistribution):
            quantiles = self.shape.table(rows, points, levels)
            means = self.shape.mean(rows, points)
            if self.share is None:
                return means, quantiles, _zeros(self.shape, rows, points, quantiles)
            zero = np.full(len(points), self.share)
            return means, _behind(quantiles, zero, LEVELS[levels]), zero
        features = self.features(rows, points)
        quantiles, zero = self.unscaled(features)
        body = bodies(quantiles, zero) if self.share != 0 else _bodies_of_costs(quantiles)
        return *self.published(features, quantiles[:, levels], quantiles[:, -1], body, zero), zero

    def published(
        self, features: Features, quantiles: Floats, highest: Floats, body: Floats, zero: Floats
    ) -> tuple[Floats, Floats]:
        """Return the means, and the quantiles reconciled with them.

        Args:
            features: n people.
            quantiles: some of each, n x k, as `unscaled` returns them.
            highest: n 99 % quantiles.
            body: n integrals of the quantile function up to level 0.99.
            zero: n chances of no cost.
        """
        own = self.own_mean(features, highest, zero, body)
        means, scales = self.reconciled(self.mean_of.means(features, own), own, body, highest, zero)
        quantiles = quantiles * scales[:, None]
        return means, np.where(quantiles > 0, np.maximum(quantiles, LEAST_COST), 0.0)

    def features(self, rows: Floats, points: Floats) -> Features:
        """Return the inputs of the parts for n rows."""
        assert self.design is not None  # only a plain distribution has none
        return Features(self.design, rows, points)

    def unscaled(self, features: Features) -> tuple[Floats, Floats]:
        """Return the 99 quantiles before they are reconciled with the mean, and the chances of no cost."""
        if self.hurdle is None:
            if isinstance(self.shape, ResidualDistribution):  # of these levels there is a table
                quantiles = self.shape.table(features.rows, features.points)
            else:
                quantiles = self.shape.quantiles_at(features, LEVELS[None])
            if self.share is None:
                return quantiles, np.count_nonzero(quantiles <= 0, axis=1) / 100
            zero = np.full(len(features), self.share)
            return _behind(quantiles, zero, LEVELS), zero
        zero = np.round(self.hurdle.chances(features), 6)
        within = np.maximum((LEVELS - zero[:, None]) / (1 - zero[:, None]), 0.0)
        return _behind(self.shape.quantiles_at(features, within), zero, LEVELS), zero

    def own_mean(self, features: Features, highest: Floats, zero: Floats, body: Floats) -> Floats:
        """Return the mean of the shape with the fitted tail."""
        if isinstance(self.shape, ResidualDistribution):
            above = self.shape.mean(features.rows, features.points)
            return above if self.hurdle is None else (1 - zero) * above
        return body + np.minimum(_TAIL, 1 - zero) * highest * (1 + self.excess)

    def reconciled(
        self, means: Floats, own: Floats, body: Floats, highest: Floats, zero: Floats
    ) -> tuple[Floats, Floats]:
        """Return means that a plausible tail gives, and factors of the quantiles.

        Args:
            means: n.
            own: n means of the shape itself.
            body: n integrals of the quantile function up to level 0.99.
            highest: n 99 % quantiles.
            zero: n chances of no cost.
        """
        least = body + np.minimum(_TAIL, 1 - zero) * highest
        above = np.maximum(own - least, 0.0)
        nearest = np.minimum(np.maximum(means, least + LIGHTEST * above), least + HEAVIEST * above)
        if not self.scaled:
            return nearest, np.ones(len(means))
        there = nearest > 0
        return np.where(there, means, 0.0), np.where(there, means / np.where(there, nearest, 1.0), 1.0)


def _behind(quantiles: Floats, zero: Floats, levels: Floats) -> Floats:
    """Return quantiles that are 0 at levels up to the chance of no cost, and above it at least `LEAST_COST`."""
    costs = np.floor(100 * zero[:, None] + _STEADY) + 0.5 < 100 * levels
    return np.where(costs, np.maximum(quantiles, LEAST_COST), 0.0)


def _zeros(shape: ResidualDistribution, rows: Floats, points: Floats, quantiles: Floats) -> Floats:
    """Return the chances of no cost, and compute all quantiles only for the few rows that need them."""
    if quantiles.shape[1] == len(LEVELS):
        return np.count_nonzero(quantiles <= 0, axis=1) / 100
    zero = np.zeros(len(points))
    free = np.flatnonzero(shape.table(rows, points, [0])[:, 0] <= 0)
    if len(free):
        zero[free] = np.count_nonzero(shape.table(rows[free], points[free]) <= 0, axis=1) / 100
    return zero


def bodies(quantiles: Floats, zero: Floats) -> Floats:
    """Return the integral of each quantile function up to level 0.99, as `CostDistribution` has it.

    The function is linear between the quantiles. It begins with 0 at the chance of no cost, if there is one; otherwise
    as far below the 1 % quantile as the 2 % quantile is above it, but not below 0.
    """
    lowest = np.where(zero > 0, 0.0, np.maximum(0.0, 2 * quantiles[:, 0] - quantiles[:, 1]))
    levels = np.concatenate([zero[:, None], np.maximum(LEVELS, zero[:, None])], axis=1)
    costs = np.concatenate([lowest[:, None], quantiles], axis=1)
    return ((costs[:, 1:] + costs[:, :-1]) * np.diff(levels, axis=1)).sum(axis=1) / 2


def _bodies_of_costs(quantiles: Floats) -> Floats:
    """Return the result of `bodies` for people without a chance of no cost, who share the steps between levels."""
    lowest = np.maximum(0.0, 2 * quantiles[:, 0] - quantiles[:, 1])
    return lowest * SHARES[0] + (quantiles * SHARES[1:]).sum(axis=1)

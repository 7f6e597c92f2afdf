"""A predictive distribution around the point of any estimator, from its residuals out of fold.

A conformal predictive distribution shifts the distribution of held-out residuals to the new point (Vovk, Nouretdinov,
Manokhin and Gammerman 2018, "Cross-conformal predictive distributions"). Grouped residuals make it valid within each
group as well (Mondrian taxonomies: Vovk, Gammerman and Shafer 2005, section 4.5). Residuals as shares of the point
follow costs whose spread grows with them (Cordier et al. 2023, "Flexible and systematic uncertainty estimation with
conformal prediction via the MAPIE library": the gamma score).

Guarantees: the point is that of the fit on all rows, its residuals are those of fits on most of them. Coverage is
then close to the level where the fit is stable, as was shown for the jackknife; CV+ promises twice the error at most
whatever the fit, at the price of keeping every fold's estimator (Barber, Candès, Ramdas and Tibshirani 2021,
"Predictive inference with the jackknife+"). So coverage is measured as well, on rows that were held back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn import weighting
from domain.costs.distribution import QUANTILE_LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.features import Features
    from adapters.sklearn.grouping import Grouping

    Floats = NDArray[np.float64]
    Digests = NDArray[np.uint64]
    Positions = slice | list[int]

LEVELS: Final = np.array(QUANTILE_LEVELS)
ALL: Final = slice(None)
"""All of `LEVELS`."""
SMALLEST_GROUP: Final = 50
"""The fewest rows of a group with residuals of its own; smaller groups have those of everybody."""

_PRIOR: Final = 30
_LARGE_GROUP: Final = 1000


@dataclass(frozen=True, slots=True)
class ResidualDistribution:
    """Out-of-fold residuals, sorted, for each group.

    Args:
        grouping: the grouping of residuals.
        floor: the least USD that residuals are scaled by, where they grow with the point; 0 where they do not.
        groups: sorted residuals of each group code, in USD, or as shares of the point.
        quantiles: groups x 99, the residual at each of `QUANTILE_LEVELS`.
        weights: of each residual of each group; none where all are 1.
    """

    grouping: Grouping
    floor: float
    groups: tuple[Floats, ...]
    quantiles: Floats
    weights: tuple[Floats, ...] = ()
    _tails: tuple[tuple[Floats, Floats], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # of each group, the weight and the sum of its residuals from each one on, and of none
        weights = self.weights or tuple(np.ones(len(residuals)) for residuals in self.groups)
        pairs = zip(self.groups, weights, strict=True)
        tails = tuple((_from_each_on(each), _from_each_on(each * residuals)) for residuals, each in pairs)
        object.__setattr__(self, "_tails", tails)

    @classmethod
    def of(
        cls,
        rows: Floats,
        points: Floats,
        charges: Floats,
        grouping: Grouping,
        *,
        repeats: int,
        floor: float,
        weights: Floats | None = None,
        people: Digests | None = None,
        shrunk: bool = False,
    ) -> ResidualDistribution:
        """Sort residuals into groups.

        Args:
            rows: n x width; each row once for each repeat.
            points: points of estimators that had not seen the row, in USD.
            charges: costs of the rows, in USD.
            grouping: one of `groupings_of` the schema.
            repeats: the number of times that each row occurs.
            floor: as above.
            weights: the weights of the rows; by default 1 each.
            people: codes of the rows' persons; by default each row of a repeat is another person's.
            shrunk: whether groups are shrunk towards everybody's residuals, the more the smaller they are; otherwise
                small groups use everybody's residuals alone.
        """
        residuals = (charges - points) / scale_of(points, floor)
        weights = np.ones(len(rows)) if weights is None else weights
        people = np.tile(np.arange(len(rows) // repeats, dtype=np.uint64), repeats) if people is None else people
        codes = grouping.codes(rows)
        everybody = _Residuals.of(residuals, weights, people)
        groups: list[_Residuals] = []
        for code in range(grouping.size):
            members = codes == code
            group = _Residuals.of(residuals[members], weights[members], people[members])
            if shrunk:
                groups.append(group.shrunk_towards(everybody) if grouping.size > 1 else group)
            else:
                groups.append(group if group.people >= SMALLEST_GROUP else everybody)
        table = np.array([group.conformal_quantiles() for group in groups])
        counted = (
            ()
            if all(weighting.is_equal(group.weights) for group in groups)
            else tuple(group.weights for group in groups)
        )
        return cls(grouping, floor, tuple(group.values for group in groups), table, counted)

    def mean(self, rows: Floats, points: Floats) -> Floats:
        """Return the mean of each row, in USD: of the residuals added to the point, with sums below zero as zero."""
        scale = scale_of(points, self.floor)
        codes = self.grouping.codes(rows)
        means = np.empty(len(points))
        for code, (residuals, (weights, tails)) in enumerate(zip(self.groups, self._tails, strict=True)):
            members = codes == code
            if members.any():
                means[members] = _clipped_mean(residuals, weights, tails, points[members], scale[members])
        return means

    def table(self, rows: Floats, points: Floats, levels: Positions = ALL) -> Floats:
        """Return quantiles of each row, n x 99 or those at some positions of `LEVELS`, in USD, never negative."""
        shifts = self.quantiles[:, levels][self.grouping.codes(rows)] * scale_of(points, self.floor)[:, None]
        return np.maximum(shifts + points[:, None], 0.0)

    @property
    def name(self) -> str:
        """Return the name of the shape."""
        return "groups" if self.grouping.names else "pooled"

    def line(self, features: Features) -> tuple[Floats, Floats]:
        """Return the points of n people, and the USD that a residual of 1 adds to each."""
        return features.points, scale_of(features.points, self.floor)

    def quantiles_at(self, features: Features, levels: Floats) -> Floats:
        """Return the cost that is not exceeded with each probability, n x k or 1 x k of them, between 0.01 and 0.99."""
        place = np.clip(levels * 100 - 1, 0, len(LEVELS) - 1)
        below = np.minimum(place.astype(np.intp), len(LEVELS) - 2)
        share = place - below
        codes = self.grouping.codes(features.rows)
        if len(levels) == 1:  # the same for everybody: interpolated once for each group
            shifts = (self.quantiles[:, below[0]] * (1 - share) + self.quantiles[:, below[0] + 1] * share)[codes]
        else:
            code = codes[:, None]
            shifts = self.quantiles[code, below] * (1 - share) + self.quantiles[code, below + 1] * share
        return np.maximum(features.points[:, None] + shifts * scale_of(features.points, self.floor)[:, None], 0.0)


def scale_of(points: Floats, floor: float) -> Floats:
    """Return the scale of residuals: the point, but at least the floor; 1 without a floor."""
    return np.maximum(points, floor) if floor else np.ones(len(points))


@dataclass(frozen=True, slots=True)
class _Residuals:
    """Residuals of a group.

    Args:
        values: rising, n.
        weights: of each.
        people: number of distinct persons.
    """

    values: Floats
    weights: Floats
    people: int

    @classmethod
    def of(cls, residuals: Floats, weights: Floats, people: Digests) -> _Residuals:
        order = np.argsort(residuals, kind="stable")
        return cls(residuals[order], weights[order], len(np.unique(people)))

    def shrunk_towards(self, everybody: _Residuals) -> _Residuals:
        """Add everybody's residuals, which together weigh as much as `_PRIOR` people of this group."""
        if self.people >= _LARGE_GROUP:
            return self
        thinned = _thinned(len(everybody.values))
        values, weights = everybody.values[thinned], everybody.weights[thinned]
        each = float(self.weights.sum()) / self.people if self.people else 1.0
        together = np.concatenate([self.values, values])
        order = np.argsort(together, kind="stable")
        counted = np.concatenate([self.weights, weights * (_PRIOR * each / weights.sum())])
        people = self.people + min(_PRIOR, everybody.people - self.people)
        return _Residuals(together[order], counted[order], max(people, 1))

    def conformal_quantiles(self) -> Floats:
        return _quantiles_of_rising(self.values, self.weights, self.people)


@lru_cache
def _thinned(count: int) -> NDArray[np.intp]:
    """Return evenly spaced positions among ``count``, at most as many as a large group has people."""
    return np.unique(np.linspace(0, count - 1, _LARGE_GROUP).astype(np.intp))


def conformal_quantiles(values: Floats, weights: Floats, people: Digests) -> Floats:
    """Return values at the 99 levels, ranks corrected for finite samples and rounded away from the median.

    Of n people, the upper bound at level q is the value of rank ``ceil(q (n + 1))``, the lower one its mirror image:
    each is valid on its own (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, section 2). A level that so few
    people cannot show, below 1 / (n + 1) or above n / (n + 1), is given the outermost value. The median is the plain
    one.

    Where rows count differently, a rank is the weight up to there, and the person who is asked about adds the mean
    weight of a person (Tibshirani, Barber, Candès and Ramdas 2019, "Conformal prediction under covariate shift", lemma
    3): weights say how much a row counts, people how much is known.

    A person's residuals of several repeats are no new people. A cost is beyond a bound if its p-value, averaged over
    the repeats, says so (Vovk 2015, "Cross-conformal predictors"; an average of p-values errs at twice the level at
    most, in practice at about the level: Vovk and Wang 2020, "Combining p-values via averaging"). Solved for the bound,
    that is rank ``ceil(q (n + 1) r)`` among all n r residuals; with r equal repeats, the very residual of one.

    Args:
        values: n.
        weights: how often each counts.
        people: whose each is.
    """
    return _Residuals.of(values, weights, people).conformal_quantiles()


def _quantiles_of_rising(values: Floats, weights: Floats, people: int) -> Floats:
    count, relative = len(values), weighting.relative(weights)
    ranks = np.round(LEVELS * (count + count / max(people, 1)), 9)
    upper = np.searchsorted(np.round(np.cumsum(relative), 9), ranks).clip(0, count - 1)
    lower = count - 1 - np.searchsorted(np.round(np.cumsum(relative[::-1]), 9), ranks[::-1]).clip(0, count - 1)
    middle = len(LEVELS) // 2
    quantiles = values[upper]
    quantiles[:middle] = values[lower[:middle]]
    quantiles[middle] = weighting.median(values, weights)
    return quantiles


def _from_each_on(values: Floats) -> Floats:
    """Return the sum of the values from each position on, and of none."""
    return np.append(np.cumsum(values[::-1])[::-1], 0.0)


def _clipped_mean(residuals: Floats, weights: Floats, tails: Floats, points: Floats, scale: Floats) -> Floats:
    """Average ``max(0, point + scale * residual)`` over sorted residuals, for each point.

    Args:
        residuals: n, rising.
        weights: the weight of the residuals from each one on, n + 1.
        tails: the weighted sum of the residuals from each one on, n + 1.
        points: m.
        scale: m.

    Averaging over residuals undoes the bias of a point that is no mean, as after a transform of the target or with
    absolute loss (Duan 1983, "Smearing estimate").
    """
    first = np.searchsorted(residuals, -points / scale)
    return (weights[first] * points + scale * tails[first]) / weights[0]

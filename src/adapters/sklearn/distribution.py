"""One predictive distribution from any estimator: its point, and what was left over out of fold.

A conformal predictive distribution shifts the distribution of held-out residuals to the new point (Vovk, Nouretdinov,
Manokhin and Gammerman 2018, "Cross-conformal predictive distributions"). Grouped residuals make it valid within each
group as well (Mondrian taxonomies: Vovk, Gammerman and Shafer 2005, section 4.5). Residuals as shares of the point
follow costs whose spread grows with them (Cordier et al. 2023, "Flexible and systematic uncertainty estimation with
conformal prediction via the MAPIE library": the gamma score).

What is promised: the point is that of the fit on all rows, its residuals are those of fits on most of them. Coverage is
then close to the level where the fit is stable, as was shown for the jackknife; CV+ promises twice the error at most
whatever the fit, at the price of keeping every fold's estimator (Barber, Candès, Ramdas and Tibshirani 2021,
"Predictive inference with the jackknife+"). So coverage is measured as well, on rows that were held back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.scoring import crps
from domain.beneficiary import OBESITY
from domain.cost import QUANTILE_LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = slice | list[int]

LEVELS: Final = np.array(QUANTILE_LEVELS)
ALL: Final = slice(None)
"""All of `LEVELS`."""
SMALLEST_GROUP: Final = 50
"""Fewer rows than this form no group of their own: their residuals are those of everybody."""

_GAIN: Final = 0.001
_CHOOSE_ON: Final = 4000

GROUPINGS: Final = ((), ("smoker",), ("smoker", "bmi"))
"""How residuals may be grouped, the simplest first: not, by smoking, by smoking and obesity."""


def group_codes(rows: Floats, grouping: tuple[str, ...]) -> NDArray[np.intp]:
    """Number the group of each row from 0."""
    codes = np.zeros(len(rows), dtype=np.intp)
    if "smoker" in grouping:
        codes += rows[:, 4].astype(np.intp)
    if "bmi" in grouping:
        codes += 2 * (rows[:, 2] >= OBESITY)
    return codes


@dataclass(frozen=True, slots=True)
class ResidualDistribution:
    """Out-of-fold residuals, sorted, for each group.

    Args:
        grouping: the facts by which they are grouped.
        floor: where residuals grow with the point, the least USD that they are scaled by; 0 where they do not.
        groups: sorted residuals of each group code, in USD, or as shares of the point.
        quantiles: groups x 99, the residual at each of `QUANTILE_LEVELS`.
    """

    grouping: tuple[str, ...]
    floor: float
    groups: tuple[Floats, ...]
    quantiles: Floats
    _tails: tuple[Floats, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # of each group, the sum of its residuals from each one on, and of none
        tails = tuple(np.append(np.cumsum(residuals[::-1])[::-1], 0.0) for residuals in self.groups)
        object.__setattr__(self, "_tails", tails)

    @classmethod
    def of(
        cls, rows: Floats, points: Floats, charges: Floats, grouping: tuple[str, ...], *, repeats: int, floor: float
    ) -> ResidualDistribution:
        """Sort residuals into groups.

        Args:
            rows: n x 6; a row stands there once for each repeat.
            points: what an estimator that had not seen the row said of it, in USD.
            charges: what it cost, in USD.
            grouping: one of `GROUPINGS`.
            repeats: how often each person is among the rows.
            floor: as above.
        """
        residuals = (charges - points) / _scale(points, floor)
        codes = group_codes(rows, grouping)
        everybody = np.sort(residuals)
        groups: list[Floats] = []
        for code in range(1 << len(grouping)):
            members = residuals[codes == code]
            groups.append(np.sort(members) if len(members) >= SMALLEST_GROUP * repeats else everybody)
        table = np.array([_conformal_quantiles(group, repeats) for group in groups])
        return cls(grouping, floor, tuple(groups), table)

    def mean(self, rows: Floats, points: Floats) -> Floats:
        """Give the mean for each row, in USD: of the residual added to the point, where a sum below zero is zero."""
        scale = _scale(points, self.floor)
        codes = group_codes(rows, self.grouping)
        means = np.empty(len(points))
        for code, (residuals, tails) in enumerate(zip(self.groups, self._tails, strict=True)):
            members = codes == code
            if members.any():
                means[members] = _clipped_mean(residuals, tails, points[members], scale[members])
        return means

    def table(self, rows: Floats, points: Floats, levels: Positions = ALL) -> Floats:
        """Give quantiles for each row, n x 99 or those at some positions of `LEVELS`, in USD, never negative."""
        shifts = self.quantiles[:, levels][group_codes(rows, self.grouping)] * _scale(points, self.floor)[:, None]
        return np.maximum(shifts + points[:, None], 0.0)


def fitted_distribution(
    rows: Floats, points: Floats, charges: Floats, *, repeats: int, seed: int
) -> ResidualDistribution:
    """Choose how residuals are grouped and scaled by cross-validated CRPS, the simplest unless another gains.

    Args:
        rows: n x 6, n = people x repeats, repeat after repeat in the same order of people.
        points: out-of-fold point estimates, USD.
        charges: USD.
        repeats: how often each person is among the rows.
        seed: of the halves on which choices are compared; at most 4,000 people of the first repeat take part.

    That a choice must gain a thousandth of the CRPS is a rule of our own: less is not worth another parameter.
    """
    people = len(rows) // repeats
    draw = np.random.default_rng(seed)
    some = draw.permutation(people)[:_CHOOSE_ON]
    halves = (some[::2], some[1::2])
    floor = max(float(np.quantile(charges, 0.05)), 1.0)
    best, least = ((), 0.0), np.inf
    for scale_floor in (0.0, floor):
        for grouping in GROUPINGS:
            loss = 0.0
            for known, held in (halves, halves[::-1]):
                one = ResidualDistribution.of(
                    rows[known], points[known], charges[known], grouping, repeats=1, floor=scale_floor
                )
                loss += float(crps(charges[held], one.table(rows[held], points[held])).sum())
            if loss < least * (1 - _GAIN):
                best, least = (grouping, scale_floor), loss
    return ResidualDistribution.of(rows, points, charges, best[0], repeats=repeats, floor=best[1])


def _scale(points: Floats, floor: float) -> Floats:
    return np.maximum(points, floor) if floor else np.ones(len(points))


def _conformal_quantiles(residuals: Floats, repeats: int) -> Floats:
    """Give sorted residuals at the 99 levels, ranks corrected for finite samples and rounded away from the median.

    Of n people, the upper bound at level q is the residual of rank ``ceil(q (n + 1))``, the lower one its mirror image:
    each is valid on its own (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, section 2). A level that so few
    people cannot show, below 1 / (n + 1) or above n / (n + 1), is given the outermost residual. The median is the plain
    one.

    A person's residuals of several repeats are no new people. A cost is beyond a bound if its p-value, averaged over
    the repeats, says so (Vovk 2015, "Cross-conformal predictors"; an average of p-values errs at twice the level at
    most, in practice at about the level: Vovk and Wang 2020, "Combining p-values via averaging"). Solved for the bound,
    that is rank ``ceil(q (n + 1) r)`` among all n r residuals; with r equal repeats, the very residual of one.
    """
    count = len(residuals)
    ranks = np.ceil(np.round(LEVELS * (count + repeats), 9))
    upper = np.clip(ranks, 1, count).astype(np.intp) - 1
    middle = len(LEVELS) // 2
    quantiles = residuals[upper]
    quantiles[:middle] = residuals[count - 1 - upper[:middle:-1]]
    quantiles[middle] = float(np.median(residuals))
    return quantiles


def _clipped_mean(residuals: Floats, tails: Floats, points: Floats, scale: Floats) -> Floats:
    """Average ``max(0, point + scale * residual)`` over sorted residuals, for each point.

    Averaging over residuals undoes the bias of a point that is no mean, as after a transform of the target or with
    absolute loss (Duan 1983, "Smearing estimate").
    """
    first = np.searchsorted(residuals, -points / scale)
    return ((len(residuals) - first) * points + scale * tails[first]) / len(residuals)

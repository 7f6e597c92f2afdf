"""Years of several people, simulated by NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from domain.costs.distribution import QUANTILE_LEVELS
from domain.costs.group import SimulatedTotal
from domain.costs.own_cost import LEVELS, OwnCost
from domain.ports.simulator import CostSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from domain.costs.distribution import CostDistribution
    from domain.costs.group import GroupTerms
    from domain.costs.plan import Plan

    Floats = NDArray[np.float64]

BATCHES: Final = 16
"""Independent batches of years, from which standard errors follow."""
_HOUSEHOLD_YEARS: Final = 4096
"""Years of each batch of a household."""
GROUP_YEARS: Final = 640
"""Years of each batch of a group."""
_LEAST_YEARS: Final = 128
"""Years of each batch of a very large group."""
_MOST_DRAWS: Final = 12_000_000
"""The most costs that are drawn for a group before its years become fewer: they take less than a second."""
_AT_ONCE: Final = 500_000
_LAST: Final = len(QUANTILE_LEVELS)
_NEAR: Final = 1e-9
_LEAST: Final = 1e-300


class NumpySimulator(CostSimulator):
    """Draws years as Latin hypercubes (McKay, Beckman and Conover 1979).

    In each batch of years every person's level comes once from each share of equal size, in any order. That leaves the
    mean of each person's costs all but exact, and most of a sum's.

    Args:
        seed: the seed of all draws.
        group_years: years of each of the 16 batches of a group.
    """

    def __init__(self, seed: int = 0, group_years: int = GROUP_YEARS) -> None:
        self._seed, self._group_years = seed, group_years

    def household(self, costs: Sequence[CostDistribution], plans: Sequence[Plan]) -> Sequence[OwnCost]:
        """Simulate 65,536 years of a household, and what it pays of each under each plan."""
        random, curves = np.random.default_rng(self._seed), _Curves.of(costs)
        years = np.concatenate([_drawn(curves, _HOUSEHOLD_YEARS, random) for _ in range(BATCHES)], axis=1)
        return [_paid(plan, years) for plan in plans]

    def level_error(self, costs: Sequence[CostDistribution], learned_from: int) -> float:
        """Compute the error from the means and variances of the distributions."""
        curves = _Curves.of(costs).with_common_tail(_means(costs).sum())
        total = curves.means.sum()
        return float(math.sqrt(len(costs) * curves.variances.sum() / learned_from) / total) if total else 0.0

    def total(self, costs: Sequence[CostDistribution], terms: GroupTerms, level_error: float) -> SimulatedTotal:
        """Simulate 10,240 years of a group, 2,048 of a very large one."""
        random, means = np.random.default_rng(self._seed), _means(costs)
        curves = _Curves.of(costs).with_common_tail(means.sum())
        size = int(np.clip(_MOST_DRAWS // (BATCHES * len(costs)), _LEAST_YEARS, self._group_years))
        totals, left = np.empty((BATCHES, size)), np.empty((BATCHES, size))
        for batch in range(BATCHES):
            factors = np.exp(level_error * random.standard_normal(size) - level_error**2 / 2)
            totals[batch], left[batch] = _summed(curves, factors, terms.attachment, random)
        excesses = curves.excesses_above(terms.attachment)
        above = left - terms.corridor * float((means - excesses).sum())
        low, high = np.quantile(totals, [LEVELS[0], LEVELS[2]])
        bounds = np.quantile(totals, [LEVELS[0], LEVELS[2]], axis=1)
        return SimulatedTotal(
            means=means.tolist(),
            chances=curves.chances_above(terms.attachment).tolist(),
            excesses=excesses.tolist(),
            low=float(low),
            high=float(high),
            chance=float(np.mean(above > 0)),
            excess=float(np.maximum(above, 0.0).mean()),
            standard_error=float(_errors(bounds).max()),
        )


@dataclass(frozen=True, slots=True)
class _Curves:
    """The quantile functions of n people, as `CostDistribution` has them.

    Args:
        costs: n x 100: the lowest cost, and the 99 quantiles.
        zero: n chances of no cost.
        levels: n x 100: those of ``costs``, never below the chance of no cost.
        excess: n mean excesses in the tail.
    """

    costs: Floats
    zero: Floats
    levels: Floats
    excess: Floats

    @classmethod
    def of(cls, several: Sequence[CostDistribution]) -> Self:
        numbers = np.array([(cost.mean, cost.zero, 0.0, *cost.quantiles) for cost in several])
        mean, zero, costs = numbers[:, 0], numbers[:, 1], numbers[:, 2:]
        costs[:, 0] = np.where(zero > 0, 0.0, np.maximum(2 * costs[:, 1] - costs[:, 2], 0.0))
        levels = np.maximum(np.array([0.0, *QUANTILE_LEVELS]), zero[:, None])
        body = ((costs[:, 1:] + costs[:, :-1]) * np.diff(levels, axis=1)).sum(axis=1) / 2
        share = 1 - levels[:, -1]
        above = np.divide(mean - body, share, out=np.zeros(len(costs)), where=share > 0)
        return cls(costs, zero, levels, np.maximum(above - costs[:, -1], 0.0))

    def __len__(self) -> int:
        return len(self.costs)

    def __getitem__(self, rows: slice) -> _Curves:
        return _Curves(self.costs[rows], self.zero[rows], self.levels[rows], self.excess[rows])

    def with_common_tail(self, expected: float) -> _Curves:
        """Return these curves with tails of one shape, see `domain.costs.group.with_common_tail`.

        Args:
            expected: the sum of the people's expected costs.
        """
        last = self.costs[:, -1]
        has = last > 0
        if not has.any():
            return self
        excess = np.where(has, np.median(self.excess[has] / last[has]) * last, self.excess)
        alike = _Curves(self.costs, self.zero, self.levels, excess)
        factor = expected / alike.means.sum()
        return _Curves(factor * self.costs, self.zero, self.levels, factor * excess)

    @property
    def share(self) -> Floats:
        """Return the share of each person's distribution that is in the tail."""
        return 1 - self.levels[:, -1]

    @property
    def means(self) -> Floats:
        """Return the mean of each person's cost, in money."""
        low, high = self.costs[:, :-1], self.costs[:, 1:]
        body = ((low + high) * np.diff(self.levels, axis=1)).sum(axis=1) / 2
        return body + self.share * (self.costs[:, -1] + self.excess)

    @property
    def variances(self) -> Floats:
        """Return the variance of each person's cost, in money squared."""
        low, high, last = self.costs[:, :-1], self.costs[:, 1:], self.costs[:, -1]
        body = ((low * low + low * high + high * high) * np.diff(self.levels, axis=1)).sum(axis=1) / 3
        tail = self.share * (last**2 + 2 * last * self.excess + 2 * self.excess**2)
        return np.maximum(body + tail - self.means**2, 0.0)

    def chances_above(self, amount: float) -> Floats:
        """Return the chance of each that a year costs more."""
        low, high, widths = self.costs[:, :-1], self.costs[:, 1:], np.diff(self.levels, axis=1)
        span = high - low
        part = np.divide(high - amount, span, out=(low > amount).astype(float), where=span > 0)
        return (np.clip(part, 0.0, 1.0) * widths).sum(axis=1) + self._first(amount) + self.share * self._beyond(amount)

    def excesses_above(self, amount: float) -> Floats:
        """Return the mean of what lies above an amount, of each."""
        low, high = np.maximum(self.costs[:, :-1], amount), np.maximum(self.costs[:, 1:], amount)
        widths, span = np.diff(self.levels, axis=1), self.costs[:, 1:] - self.costs[:, :-1]
        part = np.divide(high - low, span, out=np.ones_like(span), where=span > 0)
        body = (part * widths * ((low + high) / 2 - amount)).sum(axis=1)
        last = self.costs[:, -1]
        return body + self.share * (np.maximum(last - amount, 0.0) + self.excess * self._beyond(amount))

    def quantiles(self, levels: Floats) -> Floats:
        """Return the quantiles of each, n x k.

        Args:
            levels: k, from 0 to below 1, rising.
        """
        places = np.minimum((levels * (_LAST + 1)).astype(np.intp), _LAST - 1)
        share = np.minimum(levels * (_LAST + 1) - places, 1.0)
        weights = np.zeros((_LAST + 1, len(levels)))
        weights[places, np.arange(len(levels))] = 1 - share
        weights[places + 1, np.arange(len(levels))] += share
        values = self.costs @ weights
        self._begin(values, levels, places)
        top = slice(int(np.searchsorted(levels, self.levels[:, -1].min(), side="right")), None)
        over = np.log(np.maximum(self.share[:, None], _LEAST) / (1 - levels[top]))
        values[:, top] += self.excess[:, None] * np.maximum(over, 0.0)
        return values

    def _begin(self, values: Floats, levels: Floats, places: NDArray[np.intp]) -> None:
        """Let costs begin at the chance of no cost where that lies between two levels of the grid."""
        cells = np.minimum((self.zero * (_LAST + 1) + _NEAR).astype(np.intp), _LAST)
        between = (self.zero * (_LAST + 1) - cells > _NEAR) & (cells < _LAST)
        for cell in np.unique(cells[between]):
            rows = np.flatnonzero(between & (cells == cell))
            columns = slice(*np.searchsorted(places, [cell, cell + 1]))
            start = self.zero[rows, None]
            share = (levels[columns] - start) / ((cell + 1) / (_LAST + 1) - start)
            values[rows, columns] = self.costs[rows, cell + 1, None] * np.maximum(share, 0.0)

    def _first(self, amount: float) -> Floats:
        """Return the chance of no cost where even that is more than the amount."""
        return np.where(self.costs[:, 0] > amount, self.levels[:, 0], 0.0)

    def _beyond(self, amount: float) -> Floats:
        """Return the share of the tail that is above an amount."""
        past = np.maximum(amount - self.costs[:, -1], 0.0)
        ratio = np.divide(past, self.excess, out=np.where(past > 0, np.inf, 0.0), where=self.excess > 0)
        return np.where((self.excess > 0) | (self.costs[:, -1] > amount), np.exp(-ratio), 0.0)


def _means(costs: Sequence[CostDistribution]) -> Floats:
    return np.array([cost.mean for cost in costs])


def _drawn(curves: _Curves, years: int, random: np.random.Generator) -> Floats:
    """Return costs of each person, n x years: each once from every share of equal size, in any order."""
    levels = (np.arange(years) + random.random(years)) / years
    return random.permuted(curves.quantiles(levels), axis=1)


def _summed(curves: _Curves, factors: Floats, attachment: float, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Return totals of years, and the same of what is below an attachment in each person's cost."""
    totals, left = np.zeros(len(factors)), np.zeros(len(factors))
    for part in _parts(curves, len(factors)):
        costs = _drawn(part, len(factors), random) * factors
        totals += costs.sum(axis=0)
        left += np.minimum(costs, attachment).sum(axis=0)
    return totals, left


def _parts(curves: _Curves, years: int) -> Iterator[_Curves]:
    size = max(1, _AT_ONCE // years)
    for at in range(0, len(curves), size):
        yield curves[at : at + size]


def _paid(plan: Plan, years: Floats) -> OwnCost:
    """Return what a household pays in years, members x years; `Plan.shared_cost` of each."""
    towards = np.minimum(years, plan.deductible)
    if len(years) > 1:
        total = towards.sum(axis=0)
        towards *= np.divide(plan.household_deductible, total, out=np.ones_like(total), where=total > 0).clip(max=1.0)
    paid = plan.copay + towards + plan.coinsurance * (years - towards)
    most = plan.most_of(len(years))
    own = np.minimum(np.minimum(np.minimum(paid, years), plan.out_of_pocket_maximum).sum(axis=0), most)
    low, typical, high, *percentiles = np.quantile(own, [*LEVELS, *QUANTILE_LEVELS]).tolist()
    error = float(_errors(own.reshape(BATCHES, -1).mean(axis=1)))
    chance = float(np.mean(own >= most - _NEAR))
    return OwnCost.rounded(float(own.mean()), (low, typical, high), chance, error, percentiles)


def _errors(figures: Floats) -> Floats:
    """Return the standard error of a figure of all batches, given that of each, along the last axis."""
    return np.std(figures, axis=-1, ddof=1) / math.sqrt(BATCHES)

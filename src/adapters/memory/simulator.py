"""Years of several people, simulated by the standard library: few, drawn one by one."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from statistics import NormalDist, fmean, stdev
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import QUANTILE_LEVELS
from domain.costs.group import GroupTerms, SimulatedTotal, level_error, with_common_tail
from domain.costs.own_cost import LEVELS, OwnCost
from domain.costs.plan import Plan
from domain.ports.simulator import CostSimulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.distribution import CostDistribution

_BATCHES: Final = 10
_NORMAL: Final = NormalDist()


class MemorySimulator(CostSimulator):
    """Draws a thousand years, in each of which every person's level comes once from each thousandth."""

    def __init__(self, years: int = 1000, seed: int = 0) -> None:
        self._years, self._seed = years, seed

    def household(self, costs: Sequence[CostDistribution], plans: Sequence[Plan]) -> Sequence[OwnCost]:
        """Compute what a household pays in each year under each plan."""
        years = list(zip(*self._draws(costs), strict=True))
        return [_paid(plan, [plan.shared_cost(year) for year in years], len(costs)) for plan in plans]

    def level_error(self, costs: Sequence[CostDistribution], learned_from: int) -> float:
        """Compute the error from the means and variances of the distributions."""
        alike = with_common_tail(costs)
        return level_error([_mean(cost) for cost in alike], [cost.variance for cost in alike], learned_from)

    def total(self, costs: Sequence[CostDistribution], terms: GroupTerms, level_error: float) -> SimulatedTotal:
        """Simulate the total of a group in each year."""
        means, costs = [cost.mean for cost in costs], with_common_tail(costs)
        draws = self._draws(costs)
        generator = random.Random(self._seed + 1)  # noqa: S311  # no secret
        factors = [
            math.exp(level_error * _NORMAL.inv_cdf(level) - level_error**2 / 2) for level in self._levels(generator)
        ]
        totals = [factor * math.fsum(year) for factor, year in zip(factors, zip(*draws, strict=True), strict=True)]
        left = [
            math.fsum(min(factor * cost, terms.attachment) for cost in year)
            for factor, year in zip(factors, zip(*draws, strict=True), strict=True)
        ]
        excesses = [_mean(cost) - cost.limited_mean(terms.attachment) for cost in costs]
        above = terms.corridor * (math.fsum(means) - math.fsum(excesses))
        low, high = (_quantile(totals, level) for level in (LEVELS[0], LEVELS[2]))
        error = max(_error([_quantile(part, level) for part in _parts(totals)]) for level in (LEVELS[0], LEVELS[2]))
        return SimulatedTotal(
            means=means,
            chances=[cost.chance_above(terms.attachment) for cost in costs],
            excesses=excesses,
            low=low,
            high=high,
            chance=fmean(year > above for year in left),
            excess=fmean(max(0.0, year - above) for year in left),
            standard_error=error,
        )

    def _draws(self, costs: Sequence[CostDistribution]) -> list[list[float]]:
        generator = random.Random(self._seed)  # noqa: S311  # no secret
        return [cost.quantiles_at(self._levels(generator)) for cost in costs]

    def _levels(self, generator: random.Random) -> list[float]:
        """Draw a level from each share of equal size, and put them in any order: a Latin hypercube."""
        levels = [(place + generator.random()) / self._years for place in range(self._years)]
        generator.shuffle(levels)
        return levels


def _mean(cost: CostDistribution) -> float:
    return cost.limited_mean(math.inf)


def _paid(plan: Plan, paid: Sequence[float], members: int) -> OwnCost:
    low, typical, high, *percentiles = (_quantile(paid, level) for level in (*LEVELS, *QUANTILE_LEVELS))
    most = plan.most_of(members)
    error = _error([fmean(part) for part in _parts(paid)])
    chance = fmean(cost >= most - 1e-9 for cost in paid)
    return OwnCost.rounded(fmean(paid), (low, typical, high), chance, error, percentiles)


def _parts(years: Sequence[float]) -> list[Sequence[float]]:
    size = len(years) // _BATCHES
    return [years[low:high] for low, high in pairwise(range(0, len(years) + 1, size))]


def _error(figures: Sequence[float]) -> float:
    """Return the standard error of a figure of all years, given that of batches of them."""
    return stdev(figures) / math.sqrt(len(figures))


def _quantile(years: Sequence[float], level: float) -> float:
    ordered = sorted(years)
    place = level * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

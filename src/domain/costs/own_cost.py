"""The part of a year's cost that people pay themselves under a plan."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from domain.costs.cents import cents_down, cents_up
from domain.costs.chance import rounded_chance
from domain.costs.distribution import INTERVAL_LEVEL, Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.distribution import CostDistribution
    from domain.costs.plan import Plan


@dataclass(frozen=True, slots=True)
class OwnCost:
    """The part of a year's cost that people pay under a plan, without the premium, in whole cents.

    Args:
        expected: the mean of that part.
        typical: the median.
        interval: the range that holds it in 90 of 100 years.
        chance_of_maximum: the probability that it reaches the plan's maximum.
        standard_error: the standard error of a simulated mean; None where all figures are exact.
        percentiles: the quantiles at 1 % to 99 %, in rising order.
        least: what is paid in any case, such as a premium.
    """

    expected: float
    typical: float
    interval: Interval
    chance_of_maximum: float
    standard_error: float | None = None
    percentiles: tuple[float, ...] = field(default=(), repr=False, compare=False)
    least: float = field(default=0.0, repr=False, compare=False)

    @classmethod
    def rounded(
        cls,
        expected: float,
        quantiles: tuple[float, float, float],
        chance: float,
        standard_error: float | None = None,
        percentiles: Sequence[float] = (),
    ) -> Self:
        """Return the figures in whole cents, with the range rounded outward.

        Args:
            expected: the mean.
            quantiles: the quantiles at 5, 50 and 95 %.
            chance: the chance of reaching the maximum.
            standard_error: the standard error of the mean.
            percentiles: the quantiles at 1 % to 99 %.
        """
        low, typical, high = quantiles
        interval = Interval(INTERVAL_LEVEL, cents_down(low), cents_up(high))
        error = None if standard_error is None else cents_up(standard_error)
        return cls(round(expected, 2), round(typical, 2), interval, rounded_chance(chance), error, tuple(percentiles))

    def chance_above(self, amount: float) -> float:
        """Return the probability of paying more than an amount: linear between the percentiles, 0 from the last on.

        Below the first percentile it is linear from what is paid in any case, and 1 below that.

        >>> from domain.costs.plan import Plan
        >>> plan = Plan(deductible=3000, coinsurance=0, out_of_pocket_maximum=3000)
        >>> from domain.costs.distribution import CostDistribution
        >>> cost = CostDistribution(mean=5100.0, quantiles=tuple(100.0 * k for k in range(1, 100)))
        >>> own = own_cost(plan, cost)
        >>> [round(own.chance_above(amount), 9) for amount in (-1, 0, 1000, 1050, 2999.99, 3000)]
        [1.0, 1.0, 0.9, 0.895, 0.700001, 0.0]
        >>> own.plus(4800).chance_above(2400)
        1.0
        """
        below = bisect_right(self.percentiles, amount)
        if below == len(self.percentiles):
            return 0.0
        low, high = (self.percentiles[below - 1] if below else self.least), self.percentiles[below]
        level = below + (max(0.0, amount - low) / (high - low) if high > low else 0.0)
        return 1 - level / (len(self.percentiles) + 1)

    def plus(self, premium: float) -> OwnCost:
        """Return the figures with a premium added, which is paid in any case."""
        low, high = cents_down(self.interval.low + premium), cents_up(self.interval.high + premium)
        return OwnCost(
            round(self.expected + premium, 2),
            round(self.typical + premium, 2),
            Interval(self.interval.level, low, high),
            self.chance_of_maximum,
            self.standard_error,
            tuple(paid + premium for paid in self.percentiles),
            self.least + premium,
        )


LEVELS: Final = ((1 - INTERVAL_LEVEL) / 2, 0.5, (1 + INTERVAL_LEVEL) / 2)
"""The levels of an `OwnCost`'s low, typical and high figures."""


def own_cost(plan: Plan, cost: CostDistribution) -> OwnCost:
    """Return what one person pays under a plan, exactly.

    The mean follows from limited expected values: with L(u) = E[min(X, u)], the threshold t and the cost r at which
    the maximum is reached, it is L(t) + coinsurance * (L(r) - L(t)). Quantiles follow from those of the cost, because
    the part that is paid never falls as the cost rises.

    >>> from domain.costs.distribution import CostDistribution
    >>> from domain.costs.plan import Plan
    >>> cost = CostDistribution(mean=5100.0, quantiles=tuple(100.0 * k for k in range(1, 100)))
    >>> own_cost(Plan(deductible=3000, coinsurance=0.2, out_of_pocket_maximum=8000), cost).typical
    3400.0
    """
    below = cost.limited_mean(plan.threshold)
    mean = below + plan.coinsurance * (cost.limited_mean(plan.reached) - below) if plan.coinsurance else below
    low, typical, high = (plan.own_cost(cost.quantile(level)) for level in LEVELS)
    percentiles = [plan.own_cost(quantile) for quantile in cost.quantiles]
    return OwnCost.rounded(mean, (low, typical, high), cost.chance_from(plan.reached), percentiles=percentiles)

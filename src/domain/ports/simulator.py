"""The port `simulator`: the simulation of the costs of several people."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.distribution import CostDistribution
    from domain.costs.group import GroupTerms, SimulatedTotal
    from domain.costs.own_cost import OwnCost
    from domain.costs.plan import Plan


class CostSimulator(Protocol):
    """Simulates years of several people, whose costs are independent except for the common error of the model.

    Draws are seeded, so the same call has the same result. Calls take up to a second, so they belong in a thread.
    """

    @abstractmethod
    def household(self, costs: Sequence[CostDistribution], plans: Sequence[Plan]) -> Sequence[OwnCost]:
        """Return what a household pays under each plan (`Plan.shared_cost`), with the standard error of the mean.

        Args:
            costs: of each member, at least one.
            plans: each is tried on the same years.
        """

    @abstractmethod
    def level_error(self, costs: Sequence[CostDistribution], learned_from: int) -> float:
        """Return the common error of a model about a group, see `domain.costs.group.level_error`.

        Args:
            costs: of each member, at least one.
            learned_from: number of people that the model learned from.
        """

    @abstractmethod
    def total(self, costs: Sequence[CostDistribution], terms: GroupTerms, level_error: float) -> SimulatedTotal:
        """Return the distribution of a group's total.

        Tails have one shape, see `domain.costs.group.with_common_tail`. In each year all costs are multiplied by one
        lognormal factor of mean 1, for the common error of the model.

        Args:
            costs: of each member, at least one.
            terms: the terms of the covers.
            level_error: the standard deviation of the logarithm of that factor.
        """

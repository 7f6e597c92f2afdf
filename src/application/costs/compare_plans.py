"""Compute what people would pay of their cost under insurance plans."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.costs.own_cost import own_cost
from domain.ports.predictor import Predictor
from domain.ports.simulator import CostSimulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.own_cost import OwnCost
    from domain.costs.plan import Plan
    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """The payments under each plan, in the order of the plans, and the estimates of the members behind them."""

    estimates: tuple[Estimate, ...]
    own_costs: tuple[OwnCost, ...]


@use_case
class ComparePlans:
    """Compute what a person or a household would pay under plans; nothing is recorded.

    The figures of one person are exact for the distribution. Those of several people are simulated, with independent
    costs, and come with their standard errors.
    """

    predictor: Predictor
    simulator: CostSimulator

    async def __call__(self, members: Sequence[Beneficiary], plans: Sequence[Plan]) -> PlanComparison:
        """Compare plans for the members of a household, at least one.

        Raises:
            PredictorUnavailable: if the model does not answer.
        """
        estimates = tuple(await self.predictor.predict(members))
        return PlanComparison(estimates, await self.of(estimates, plans))

    async def of(self, estimates: Sequence[Estimate], plans: Sequence[Plan]) -> tuple[OwnCost, ...]:
        """Compare plans for people who were estimated already."""
        costs = [estimate.cost for estimate in estimates]
        if len(costs) == 1:
            return tuple(own_cost(plan, costs[0]) for plan in plans)
        return tuple(await asyncio.to_thread(self.simulator.household, costs, plans))

"""A predictor that follows a rule: what it must answer can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.costs.prediction import Estimate, ModelReference
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.people.beneficiary import Beneficiary


class RulePredictor(Predictor):
    """Expects what a rule says of a person, evenly spread from nothing to twice as much."""

    def __init__(self, model: ModelReference, rule: Callable[[Beneficiary], float]) -> None:
        self._model, self._rule = model, rule

    async def predict(self, beneficiaries):
        return [Estimate(self._cost(self._rule(who)), (), self._model) for who in beneficiaries]

    async def model(self):
        return self._model

    def _cost(self, usd: float) -> CostDistribution:
        return CostDistribution(usd, tuple(2 * usd * level for level in QUANTILE_LEVELS))

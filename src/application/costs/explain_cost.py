"""Explain a cost by its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.explainer import Explainer

if TYPE_CHECKING:
    from domain.costs.explanation import Explained, Explanation
    from domain.people.beneficiary import Beneficiary


@use_case
class ExplainCost:
    """Compute the contribution of each fact to a beneficiary's cost, in money; nothing is recorded."""

    explainer: Explainer

    async def __call__(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Explain the expected or the typical cost.

        Raises:
            PredictorUnavailable: if the model does not answer.
        """
        return await self.explainer.explain(beneficiary, of)

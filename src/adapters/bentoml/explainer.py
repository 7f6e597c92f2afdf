"""Explanations from the model server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from domain.costs.explanation import Explained, Explanation
from domain.errors import PredictorUnavailable
from domain.ports.explainer import Explainer

if TYPE_CHECKING:
    from adapters.bentoml.connection import ModelServer
    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class BentoExplainer(Explainer):
    """Gets explanations from the model server, which has the estimator in memory."""

    server: ModelServer

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Request an explanation as JSON: one person, a few dozen numbers."""
        async with self.server.deadline():
            facts = msgspec.json.encode(beneficiary.as_facts())
            body = await self.server.ask("POST", f"/v1/explain?of={of}", facts)
        try:
            explanation = msgspec.json.decode(body, type=Explanation)
        except msgspec.DecodeError as error:
            message = f"the model server's explanation cannot be read: {error}"
            raise PredictorUnavailable(message) from error
        if explanation.of != of:
            message = f"the model server is of an earlier release, which does not explain the {of} cost: restart it"
            raise PredictorUnavailable(message)
        return explanation

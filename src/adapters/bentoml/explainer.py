"""Explanations from the model server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from domain.errors import PredictorUnavailable
from domain.ports.explainer import Explainer
from domain.prediction import Explanation

if TYPE_CHECKING:
    from adapters.bentoml.connection import ModelServer
    from domain.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class BentoExplainer(Explainer):
    """Asks the model server, which has the estimator at hand."""

    server: ModelServer

    async def explain(self, beneficiary: Beneficiary) -> Explanation:
        """Ask in JSON: one person, a few dozen numbers."""
        async with self.server.deadline():
            body = await self.server.ask("POST", "/v1/explain", msgspec.json.encode(beneficiary.as_facts()))
        try:
            return msgspec.json.decode(body, type=Explanation)
        except msgspec.DecodeError as error:
            message = f"the model server's explanation cannot be read: {error}"
            raise PredictorUnavailable(message) from error

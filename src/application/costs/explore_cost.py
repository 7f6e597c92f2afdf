"""Estimate costs without recording them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary


@use_case
class ExploreCost:
    """Estimate one or several variants of a person; nothing is recorded."""

    predictor: Predictor

    async def __call__(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate all, in the order given.

        Raises:
            PredictorUnavailable: if the model does not answer.
        """
        return await self.predictor.predict(beneficiaries)

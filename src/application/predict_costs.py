"""Answer for many beneficiaries at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.prediction import NewPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.beneficiary import Beneficiary
    from domain.prediction import Prediction


@use_case
class PredictCosts:
    """Answer for many beneficiaries at once, by one and the same model, and remember all answers."""

    predictor: Predictor
    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Prediction]:
        """Predict and record all, in the order given, or none.

        Raises:
            PredictorUnavailable: if the model does not answer; nothing is recorded.
            RepositoryUnavailable: if the records could not be made.
        """
        estimates = await self.predictor.predict(beneficiaries)
        at = self.clock.now()
        return await self.predictions.add_all(
            [NewPrediction.of(who, estimate, at=at) for who, estimate in zip(beneficiaries, estimates, strict=True)]
        )

"""Answer what a year may cost, and remember the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.prediction import NewPrediction

if TYPE_CHECKING:
    from domain.beneficiary import Beneficiary
    from domain.prediction import Idempotency, Prediction


@use_case
class PredictCost:
    """Answer what a year may cost, and remember the answer."""

    predictor: Predictor
    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, beneficiary: Beneficiary, *, idempotency: Idempotency | None = None) -> Prediction:
        """Predict and record; with an idempotency key that was seen before, give the prediction made then.

        Raises:
            PredictorUnavailable: if the model does not answer; nothing is recorded.
            RepositoryUnavailable: if the record could not be made; whether it was, is unknown.
            IdempotencyKeyReused: if the key came with another body before.
        """
        if idempotency and (earlier := await self.predictions.replay(idempotency, at=self.clock.now())):
            return earlier
        (estimate,) = await self.predictor.predict([beneficiary])
        new = NewPrediction.of(beneficiary, estimate, at=self.clock.now())
        return await self.predictions.add(new, idempotency=idempotency)

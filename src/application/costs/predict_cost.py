"""Predict the cost of a person's year, and record it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.costs.compute_chances import ComputeChances
from application.use_case import use_case
from domain.costs.chance import Chance
from domain.costs.prediction import NewPrediction, Published
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from domain.costs.prediction import Idempotency, Prediction
    from domain.people.beneficiary import Beneficiary


@use_case
class PredictCost:
    """Predict the cost of a person's year, and record it."""

    predictor: Predictor
    predictions: PredictionRepository
    clock: Clock

    async def __call__(
        self,
        beneficiary: Beneficiary,
        *,
        owner: str | None = None,
        idempotency: Idempotency | None = None,
        above: float | None = None,
    ) -> Prediction:
        """Predict and record for an owner; with a key that the owner used before, return the prediction made then.

        With an amount, the chance of costing more than that comes with it; it is not recorded.

        Raises:
            PredictorUnavailable: if the model does not answer; nothing is recorded.
            RepositoryUnavailable: if the record could not be made; whether it was, is unknown.
            IdempotencyKeyReused: if the key came with another body before.
            ModelReplaced: if the prediction was made before, an amount is given, and another model answers by now.
        """
        if idempotency:
            idempotency = replace(idempotency, owner=owner)
        if idempotency and (earlier := await self.predictions.replay(idempotency, at=self.clock.now())):
            return earlier if above is None else (await ComputeChances(predictor=self.predictor)([earlier], above))[0]
        if above is None:
            (published,) = await self.predictor.publish([beneficiary])
            return await self._recorded(beneficiary, published, owner, idempotency)
        (estimate,) = await self.predictor.predict([beneficiary])
        made = await self._recorded(beneficiary, Published.of(estimate), owner, idempotency)
        if made.model != estimate.model:  # another request with the same key was faster
            return (await ComputeChances(predictor=self.predictor)([made], above))[0]
        return replace(made, chance=Chance.of(estimate.cost, above))

    async def _recorded(
        self, beneficiary: Beneficiary, published: Published, owner: str | None, idempotency: Idempotency | None
    ) -> Prediction:
        new = NewPrediction.of(beneficiary, published, at=self.clock.now(), owner=owner)
        return await self.predictions.add(new, idempotency=idempotency)

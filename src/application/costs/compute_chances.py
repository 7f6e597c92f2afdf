"""Compute the chances that recorded people cost more than an amount."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.costs.chance import Chance
from domain.errors import ModelReplaced
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Prediction


@use_case
class ComputeChances:
    """Say how likely recorded people cost more than an amount.

    The record does not hold the distribution, so the model that answered then is asked again.
    """

    predictor: Predictor

    async def __call__(self, predictions: Sequence[Prediction], amount: float) -> Sequence[Prediction]:
        """Return the predictions with that chance.

        Raises:
            ModelReplaced: if another model answers by now.
            PredictorUnavailable: if the model does not answer.
        """
        if not predictions:
            return []
        estimates = await self.predictor.predict([prediction.beneficiary for prediction in predictions])
        with_chances: list[Prediction] = []
        for prediction, estimate in zip(predictions, estimates, strict=True):
            if estimate.model != prediction.model:
                message = (
                    f"version {prediction.model.version} answered prediction {prediction.id} and no longer serves: "
                    "ask without an amount, or ask the new version about the same person"
                )
                raise ModelReplaced(message)
            with_chances.append(replace(prediction, chance=Chance.of(estimate.cost, amount)))
        return with_chances

"""Say how likely recorded people cost more than an amount."""

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
class TellChances:
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
        estimates = await self.predictor.predict([one.beneficiary for one in predictions])
        told: list[Prediction] = []
        for one, estimate in zip(predictions, estimates, strict=True):
            if estimate.model != one.model:
                message = (
                    f"version {one.model.version} answered prediction {one.id} and no longer serves: "
                    "ask without an amount, or ask the new version about the same person"
                )
                raise ModelReplaced(message)
            told.append(replace(one, chance=Chance.of(estimate.cost, amount)))
        return told

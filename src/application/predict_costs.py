"""Answer for many beneficiaries at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.prediction import NewPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.beneficiary import Beneficiary
    from domain.prediction import Prediction

_WITHOUT_PAUSE: Final = 500
"""Rounded in one go, a few milliseconds: then whoever asks about one person has a turn."""


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
        new: list[NewPrediction] = []
        for who, estimate in zip(beneficiaries, estimates, strict=True):
            new.append(NewPrediction.of(who, estimate, at=at))
            if len(new) % _WITHOUT_PAUSE == 0:
                await asyncio.sleep(0)
        return await self.predictions.add_all(new)

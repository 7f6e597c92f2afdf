"""Look back at what was predicted; add what the year really cost; forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import FieldError, InvalidInput, PredictionNotFound
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.prediction import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.prediction import Erasure, Prediction, PredictionQuery


@use_case
class ReviewPredictions:
    """Find recorded predictions, newest first."""

    predictions: PredictionRepository

    async def __call__(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Find those that match."""
        return await self.predictions.page(query)

    async def one(self, id: UUID) -> Prediction:
        """Find one.

        Raises:
            PredictionNotFound: if it is not there.
        """
        return await self.predictions.get(id)


@use_case
class ErasePrediction:
    """Forget a prediction for good."""

    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, id: UUID) -> Erasure:
        """Forget it; what is given is the proof, which stays.

        Raises:
            PredictionNotFound: if it is not there.
        """
        return await self.predictions.erase(id, at=self.clock.now())


@use_case
class FindErasure:
    """Find the proof that a prediction was erased."""

    predictions: PredictionRepository

    async def __call__(self, id: UUID) -> Erasure:
        """Find it.

        Raises:
            PredictionNotFound: if nothing of this identifier was erased.
        """
        found = await self.predictions.erasure(id)
        if found is None:
            message = f"no prediction {id} was erased"
            raise PredictionNotFound(message)
        return found


@use_case
class RecordOutcome:
    """Remember what a predicted year really cost."""

    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, id: UUID, charges: float) -> Prediction:
        """Add the charges, in USD, to a prediction.

        Raises:
            InvalidInput: if the charges are negative.
            PredictionNotFound: if it is not there.
        """
        if charges < 0:
            raise InvalidInput([FieldError("charges", "range", "must not be negative")])
        return await self.predictions.record_outcome(id, Outcome(charges, self.clock.now()))

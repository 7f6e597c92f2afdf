"""Review recorded predictions, record their outcomes, and erase them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.costs.prediction import Outcome
from domain.errors import NotAllowed, PredictionNotFound
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.access.callers import Caller
    from domain.costs.prediction import Erasure, OutcomeChange, Prediction
    from domain.costs.prediction_query import PredictionQuery


@use_case
class ReviewPredictions:
    """Review the recorded predictions that a caller may see, newest first."""

    predictions: PredictionRepository

    async def __call__(self, query: PredictionQuery, caller: Caller) -> Sequence[Prediction]:
        """Return the predictions that match a query."""
        return await self.predictions.page(_seen_by(caller, query))

    async def count(self, query: PredictionQuery, caller: Caller) -> int:
        """Count the predictions that match a query, on all pages."""
        return await self.predictions.count(_seen_by(caller, query))

    async def get(self, id: UUID, caller: Caller) -> Prediction:
        """Return a prediction.

        Raises:
            PredictionNotFound: if it is not there, or not the caller's to see.
        """
        return await _seen(self.predictions, id, caller)

    async def changes(self, id: UUID, caller: Caller) -> Sequence[OutcomeChange]:
        """Return the changes of a prediction's outcome, with who made them and when.

        Raises:
            NotAllowed: if the caller sees their own predictions only.
            PredictionNotFound: if it is not there.
        """
        if not caller.sees_all:
            message = "changes of outcomes are shown to reviewers and admins only"
            raise NotAllowed(message)
        await self.predictions.get(id)
        return await self.predictions.outcome_changes(id)


@use_case
class ErasePrediction:
    """Erase a prediction for good."""

    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, id: UUID, caller: Caller) -> Erasure:
        """Erase a prediction, and return the proof of that, which stays.

        Raises:
            PredictionNotFound: if it is not there, or not the caller's to see.
            NotAllowed: if it is not the caller's to change.
        """
        await _changed(self.predictions, id, caller)
        return await self.predictions.erase(id, at=self.clock.now())


@use_case
class FindErasure:
    """Find the proof that a prediction was erased."""

    predictions: PredictionRepository

    async def __call__(self, id: UUID) -> Erasure:
        """Return the proof of an erasure.

        Raises:
            PredictionNotFound: if nothing of this identifier was erased.
        """
        proof = await self.predictions.erasure(id)
        if proof is None:
            message = f"no prediction {id} was erased"
            raise PredictionNotFound(message)
        return proof


@use_case
class RecordOutcome:
    """Record what a predicted year really cost."""

    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, id: UUID, charges: float, caller: Caller) -> Prediction:
        """Add the charges, in the currency of the costs, to a prediction.

        Raises:
            InvalidInput: if no year costs so much, or so little.
            PredictionNotFound: if it is not there, or not the caller's to see.
            NotAllowed: if it is not the caller's to change.
        """
        outcome = Outcome.of(charges, at=self.clock.now())
        await _changed(self.predictions, id, caller)
        return await self.predictions.record_outcome(id, outcome, by=caller.owner)


def _seen_by(caller: Caller, query: PredictionQuery) -> PredictionQuery:
    """Narrow a query to what a caller may see."""
    return query if caller.sees_all else replace(query, owner=caller.owner)


async def _seen(predictions: PredictionRepository, id: UUID, caller: Caller) -> Prediction:
    prediction = await predictions.get(id)
    if not caller.sees(prediction.owner):
        message = f"there is no prediction {id}"
        raise PredictionNotFound(message)
    return prediction


async def _changed(predictions: PredictionRepository, id: UUID, caller: Caller) -> None:
    prediction = await _seen(predictions, id, caller)
    if not caller.changes(prediction.owner):
        message = f"prediction {id} belongs to another caller: a reviewer sees it, its owner or an admin changes it"
        raise NotAllowed(message)

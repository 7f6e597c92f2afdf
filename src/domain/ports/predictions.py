"""The port `predictions`: the repository of predictions."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from uuid import UUID

    from domain.costs.prediction import (
        Erasure,
        Idempotency,
        ModelReference,
        NewPrediction,
        Outcome,
        OutcomeChange,
        Prediction,
    )
    from domain.costs.prediction_query import PredictionQuery
    from domain.monitoring.hours import Outcomes


class PredictionRepository(Protocol):
    """Stores predictions. One call is one transaction, which is durable when the call returns.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction under a new UUIDv7.

        With an idempotency key that was used before with the same fingerprint, nothing is recorded and the earlier
        prediction is returned, also to concurrent requests. A key that has expired by the adapter's policy when ``new``
        was made counts as new.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def add_all(
        self, new: Sequence[NewPrediction], *, idempotency: Idempotency | None = None
    ) -> Sequence[Prediction]:
        """Record all or none, in the order given; identifiers rise in that order.

        Under an idempotency key that was seen before, with the same fingerprint, nothing is recorded and all that was
        recorded then is returned. Where nothing is recorded, no key is used up.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    def alone(self, idempotency: Idempotency) -> AbstractAsyncContextManager[None]:
        """Hold a lock of this key, among all processes, while the block runs.

        Raises:
            IdempotencyKeyInUse: if another request holds it.
        """

    @abstractmethod
    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        """Return the predictions that `add_all` recorded under this key, in their order.

        Return None if there are none, the key has expired by then, or one of the predictions was erased.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Return the prediction recorded under this key, None if there is none or the key has expired by then.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def get(self, id: UUID) -> Prediction:
        """Return a prediction.

        Raises:
            PredictionNotFound: if it was never recorded, or erased.
        """

    @abstractmethod
    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Return the predictions that match a query, in its order, at most ``query.limit``.

        Times are those of the identifiers.
        """

    @abstractmethod
    async def count(self, query: PredictionQuery) -> int:
        """Count the predictions that match a query, on all pages: limit, cursor and order do not matter."""

    @abstractmethod
    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        """Erase a prediction with its idempotency key, and return the proof, which stays.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def erasure(self, id: UUID) -> Erasure | None:
        """Return the proof that a prediction was erased, None if there is none."""

    @abstractmethod
    async def count_older(self, than: datetime) -> int:
        """Count the predictions made before a time."""

    @abstractmethod
    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Erase predictions made before a time, the oldest first, ``limit`` at most; return their number."""

    @abstractmethod
    async def forget_keys(self, *, at: datetime) -> int:
        """Delete expired idempotency keys, not their predictions; return their number."""

    @abstractmethod
    async def record_outcome(self, id: UUID, outcome: Outcome, *, by: str = "") -> Prediction:
        """Record the real cost of the year; a later outcome replaces an earlier one, which stays among the changes.

        Args:
            id: the identifier of the prediction.
            outcome: the real cost.
            by: the person or program that recorded it.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def outcome_changes(self, id: UUID) -> Sequence[OutcomeChange]:
        """Return all changes of an outcome, oldest first; they are immutable, and erased with the prediction."""

    @abstractmethod
    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Return predictions whose outcome was recorded from a time on, the last recorded first, ``limit`` at most."""

    @abstractmethod
    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Return a random sample of a model's predictions from a time on, ``limit`` at most, oldest first.

        Each prediction has the same chance, and the same predictions give the same sample. With ``outcomes``, only
        predictions with an outcome are drawn, by the time at which it was recorded.
        """

    @abstractmethod
    async def outcomes_by_hour(self, since: datetime) -> Mapping[datetime, Outcomes]:
        """Return sums over outcomes that were recorded from a time on, by hour in UTC; empty hours are absent.

        Costs above the largest possible cost are not counted, see `Prediction.cost`.
        """

    @abstractmethod
    async def check(self) -> None:
        """Check that the store answers and has the schema that this code expects.

        Raises:
            RepositoryUnavailable: if it does not, with what to do.
        """

"""The port `predictions`."""

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
        PredictionQuery,
    )
    from domain.monitoring.hours import Outcomes


class PredictionRepository(Protocol):
    """Remembers every prediction. One call is one transaction: when it returns, it is durable.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction under a new UUIDv7.

        With an idempotency key that was seen before, with the same fingerprint, nothing is recorded
        and the prediction recorded then is returned, also to concurrent twins. A key that has expired by the
        adapter's policy when ``new`` was made is as good as never seen.

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
        """Keep others, in other processes too, from working under this key while the block runs.

        Raises:
            IdempotencyKeyInUse: if somebody already does.
        """

    @abstractmethod
    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        """Find what `add_all` recorded under this key, in that order.

        None if there is nothing, the key has expired by then, or one of the predictions was erased.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Find the prediction recorded under this key, None if there is none or the key has expired by then.

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
        """Erase a prediction, with whatever was kept for its idempotency key; only the proof given stays.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def erasure(self, id: UUID) -> Erasure | None:
        """Find the proof that a prediction was erased, None if there is none."""

    @abstractmethod
    async def count_older(self, than: datetime) -> int:
        """Count the predictions made before a time."""

    @abstractmethod
    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Erase predictions made before a time, the oldest first, ``limit`` at most; return how many."""

    @abstractmethod
    async def forget_keys(self, *, at: datetime) -> int:
        """Delete expired idempotency keys, not their predictions; return how many."""

    @abstractmethod
    async def record_outcome(self, id: UUID, outcome: Outcome, *, by: str = "") -> Prediction:
        """Add what the year really cost; a later outcome replaces an earlier one, which stays among the changes.

        Args:
            id: of the prediction.
            outcome: what it really cost.
            by: who says so.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def outcome_changes(self, id: UUID) -> Sequence[OutcomeChange]:
        """List all changes of an outcome, oldest first; they are never changed, and erased with the prediction."""

    @abstractmethod
    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Find predictions whose outcome was recorded from a time on, the last recorded first, ``limit`` at most."""

    @abstractmethod
    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Draw from what a model answered from a time on, ``limit`` at most, oldest first.

        All that is there has the same chance, the newest no better one; of the same predictions the same are drawn.
        With ``outcomes``, only predictions whose outcome is known are, by the time at which it was recorded.
        """

    @abstractmethod
    async def outcomes_by_hour(self, since: datetime) -> Mapping[datetime, Outcomes]:
        """Sum up the outcomes that were recorded from a time on by the hour, in UTC; hours without any are absent.

        Costs above what any year costs count nowhere, see `Prediction.cost`.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return if the store answers and has the schema that this code expects.

        Raises:
            RepositoryUnavailable: if it does not, saying what to do.
        """

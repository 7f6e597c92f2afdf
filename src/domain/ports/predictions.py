"""The port `predictions`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.prediction import Idempotency, NewPrediction, Outcome, Prediction, PredictionQuery


class PredictionRepository(Protocol):
    """Remembers every prediction. One call is one transaction: when it returns, it is durable.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction under a new UUIDv7.

        With an idempotency key that was seen before, with the same fingerprint, nothing is recorded
        and the prediction recorded then is returned, also to concurrent twins.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def add_all(self, new: Sequence[NewPrediction]) -> Sequence[Prediction]:
        """Record all or none, in the order given; identifiers rise in that order."""

    @abstractmethod
    async def replay(self, idempotency: Idempotency) -> Prediction | None:
        """Find the prediction recorded under this key, None if there is none.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def get(self, id: UUID) -> Prediction:
        """Find one.

        Raises:
            PredictionNotFound: if it was never recorded, or erased.
        """

    @abstractmethod
    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Find those that match, newest first (by identifier, falling), never more than ``query.limit``."""

    @abstractmethod
    async def erase(self, id: UUID) -> None:
        """Forget one for good, with whatever was kept for its idempotency key.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def record_outcome(self, id: UUID, outcome: Outcome) -> Prediction:
        """Add what the year really cost; a later outcome replaces an earlier one.

        Raises:
            PredictionNotFound: if it is not there.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return if the store answers and has the schema that this code expects.

        Raises:
            RepositoryUnavailable: if it does not, saying what to do.
        """

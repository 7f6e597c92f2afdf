"""The port `request_keys`: idempotency keys."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.costs.prediction import Idempotency


class RequestKeys(Protocol):
    """Stores idempotency keys with the identifiers of what their requests create. One call is one transaction.

    A request creates its object under the identifier that its key has here. So a repeated request finds the object of
    the first one, also if the process died between the two steps.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def claim(self, idempotency: Idempotency, *, at: datetime) -> UUID:
        """Return the identifier (UUIDv7) of a key: the same one each time, also to concurrent requests.

        A key that has expired by the adapter's policy counts as new.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def find(self, idempotency: Idempotency, *, at: datetime) -> UUID | None:
        """Return the identifier that a key has, whatever its fingerprint; None for one never seen, or expired."""

    @abstractmethod
    async def forget(self, *, at: datetime) -> int:
        """Remove the keys that have expired by then, and return their number."""

"""The port `request_keys`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.costs.prediction import Idempotency


class RequestKeys(Protocol):
    """Remembers under which idempotency key what is created. One call is one transaction.

    Whatever a request creates is created under the identifier that its key has here. So the same request again finds
    what the first one created, also if the process died between the two steps.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def claim(self, idempotency: Idempotency, *, at: datetime) -> UUID:
        """Return the identifier (UUIDv7) of what is created under a key: the same one each time, also to twins.

        A key that has expired by the adapter's policy is as good as never seen.

        Raises:
            IdempotencyKeyReused: if the key was seen with another fingerprint.
        """

    @abstractmethod
    async def find(self, idempotency: Idempotency, *, at: datetime) -> UUID | None:
        """Return the identifier that a key has, whatever its fingerprint; None for one never seen, or expired."""

    @abstractmethod
    async def forget(self, *, at: datetime) -> int:
        """Forget the keys that have expired by then. Returns how many."""

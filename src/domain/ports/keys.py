"""The port `keys`: API keys."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.access.keys import ApiKey, KeyUse, Role


class ApiKeys(Protocol):
    """Stores API keys without their secrets. Every method raises `RepositoryUnavailable` if the store is away."""

    @abstractmethod
    async def create(self, name: str, role: Role, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key and return it with its secret of 256 random bits, which is shown only this once.

        The key is invalid from ``expires_at`` on; without that it never expires.
        """

    @abstractmethod
    async def find(self, secret: str) -> ApiKey:
        """Return the key with this secret.

        Raises:
            KeyNotFound: if there is none, or it was revoked, or has expired; the text says which.
        """

    @abstractmethod
    async def all(self) -> Sequence[ApiKey]:
        """Return all keys, revoked and expired ones too, newest first."""

    @abstractmethod
    async def keep_uses(self) -> None:
        """Store the last uses of keys in this process that are not stored yet."""

    @abstractmethod
    async def uses(self) -> Sequence[KeyUse]:
        """Return all keys with their last recorded uses by any process, newest first, without secrets."""

    @abstractmethod
    async def revoke(self, id: UUID) -> ApiKey:
        """Revoke a key; revoking it again changes nothing.

        Raises:
            KeyNotFound: if there is no such key.
        """

"""API keys and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import KeyNotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Role(StrEnum):
    """The role of an API key.

    Clients ask, and see and change their own predictions; reviewers see everybody's; admins also change and erase
    everybody's, promote and roll back.
    """

    CLIENT = "client"
    REVIEWER = "reviewer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A recorded API key, with the SHA-256 of its secret (hex) instead of the secret."""

    id: UUID
    name: str
    role: Role
    secret_sha256: str
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None

    def check(self, *, at: datetime) -> None:
        """Check that the key is valid.

        Raises:
            KeyNotFound: saying that it was revoked, or when it expired.
        """
        if self.revoked_at is not None:
            message = "this API key was revoked"
            raise KeyNotFound(message)
        if self.expires_at is not None and self.expires_at <= at:
            message = f"this API key expired on {self.expires_at:%Y-%m-%d at %H:%M} UTC: ask for a new one"
            raise KeyNotFound(message)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key without the digest of its secret, with the time of its last use, which is recorded within a minute."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    used_at: datetime | None = None

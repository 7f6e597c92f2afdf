"""The port `passwords`: the hashing of passwords."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Passwords(Protocol):
    """Hashes passwords, slowly and each with a salt of its own."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """Hash a password; each hash of the same password is different."""

    @abstractmethod
    async def matches(self, password: str, hashed: str) -> bool:
        """Return whether the hash is this password's, in a time that does not depend on where they differ."""

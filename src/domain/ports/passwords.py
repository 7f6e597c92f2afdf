"""The port `passwords`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Passwords(Protocol):
    """Turns passwords into hashes that are slow to guess, each with a salt of its own."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """Hash a password; the same one gives another hash each time."""

    @abstractmethod
    async def matches(self, password: str, hashed: str) -> bool:
        """Tell whether the hash is this password's, in a time that does not depend on where they differ."""

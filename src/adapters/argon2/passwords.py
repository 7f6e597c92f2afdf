"""Passwords by Argon2id, with the parameters of RFC 9106 for machines with little memory (64 MiB, 3 passes)."""

from __future__ import annotations

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.ports.passwords import Passwords

_AT_ONCE: Final = 2
"""The most hashes at a time: each takes 64 MiB and a core, and many sign-ins at once must not take the machine."""


class Argon2Passwords(Passwords):
    """Hashes in threads, few at once."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a password."""
        async with self._turns:
            return await asyncio.to_thread(self._argon2.hash, password)

    async def matches(self, password: str, hashed: str) -> bool:
        """Return whether the hash is this password's; a hash that Argon2 cannot read matches none."""
        async with self._turns:
            try:
                return await asyncio.to_thread(self._argon2.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False

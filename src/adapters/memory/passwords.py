"""Passwords by the standard library's scrypt at its cheapest: for tests, which sign in often."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from domain.ports.passwords import Passwords


class CheapPasswords(Passwords):
    """Hashes passwords with a salt, cheaply."""

    async def hash(self, password: str) -> str:
        """Hash a password."""
        return _hash(password, secrets.token_hex(8))

    async def matches(self, password: str, hashed: str) -> bool:
        """Return whether the hash is this password's."""
        return hmac.compare_digest(_hash(password, hashed.partition("$")[0]), hashed)


def _hash(password: str, salt: str) -> str:
    return f"{salt}${hashlib.scrypt(password.encode(), salt=salt.encode(), n=2, r=1, p=1).hex()}"

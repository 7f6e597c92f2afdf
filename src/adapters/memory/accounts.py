"""The admin's account kept in this process."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.access.accounts import Attempt, Failures, Session
from domain.access.users import ADMIN, User
from domain.errors import NoPassword, NotSignedIn, PasswordAlreadySet
from domain.ports.accounts import Accounts

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class MemoryAccounts(FailsOnRequest, Accounts):
    """Keeps a password's hash, sessions by their tokens' SHA-256, and failures by place."""

    _password: str | None = None
    _sessions: dict[str, Session] = field(default_factory=dict)
    _failures: dict[str, Failures] = field(default_factory=dict)

    async def password(self) -> str:
        """Return the password's hash."""
        self._fail_if_asked()
        if self._password is None:
            message = "no password was set"
            raise NoPassword(message)
        return self._password

    async def set_password(self, hashed: str, *, first: bool = False) -> None:
        """Set the password's hash, and forget sessions and failures."""
        self._fail_if_asked()
        if first and self._password is not None:
            message = "there is a password already"
            raise PasswordAlreadySet(message)
        self._password = hashed
        self._sessions.clear()
        self._failures.clear()

    async def attempt(self, place: str, *, at: datetime) -> Attempt:
        """Count a failure, or return how long to wait."""
        self._fail_if_asked()
        before = self._failures.get(place, Failures(0, at))
        if not (wait := before.wait(at)):
            self._failures[place] = before.with_failure(at)
        return Attempt(before.count, wait)

    async def forgive(self, place: str | None = None) -> None:
        """Forget failures."""
        self._fail_if_asked()
        for name in [*self._failures] if place is None else [place]:
            self._failures.pop(name, None)

    async def open(self, *, at: datetime, user: User = ADMIN) -> str:
        """Open a session."""
        self._fail_if_asked()
        self._sessions = {digest: session for digest, session in self._sessions.items() if session.is_alive(at)}
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = Session(at, at, user)
        return token

    async def session(self, token: str) -> Session:
        """Find a session."""
        self._fail_if_asked()
        try:
            return self._sessions[_digest(token)]
        except KeyError:
            message = "there is no such session"
            raise NotSignedIn(message) from None

    async def use(self, token: str, *, at: datetime) -> None:
        """Record the use of a session."""
        self._fail_if_asked()
        digest = _digest(token)
        if digest in self._sessions:
            self._sessions[digest] = replace(self._sessions[digest], used_at=at)

    async def close(self, token: str) -> None:
        """End a session."""
        self._fail_if_asked()
        self._sessions.pop(_digest(token), None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

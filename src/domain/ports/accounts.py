"""The port `accounts`: the admin's password, failed sign-ins and sessions."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.access.users import ADMIN, User

if TYPE_CHECKING:
    from datetime import datetime

    from domain.access.accounts import Attempt, Session


class Accounts(Protocol):
    """Keeps the admin's password hash, wrong passwords, and sessions. Raises `RepositoryUnavailable` if away.

    A session's token is 256 random bits; only its SHA-256 is kept.
    """

    @abstractmethod
    async def password(self) -> str:
        """Return the hash of the password.

        Raises:
            NoPassword: if none was set.
        """

    @abstractmethod
    async def set_password(self, hashed: str, *, first: bool = False) -> None:
        """Set the password's hash; end every session and forget all wrong passwords.

        Raises:
            PasswordAlreadySet: if it should be the ``first`` and there is one; one of two concurrent calls gets this.
        """

    @abstractmethod
    async def attempt(self, place: str, *, at: datetime) -> Attempt:
        """Count an attempt at a place as a failure, before its password is checked.

        Concurrent attempts are then limited by the rule, too. The place is that of `domain.access.accounts.place_of`,
        the rule `domain.access.accounts.Failures.wait`. An attempt that has to wait is not counted.
        """

    @abstractmethod
    async def forgive(self, place: str | None = None) -> None:
        """Remove the failures at a place, or at every place if none is given."""

    @abstractmethod
    async def open(self, *, at: datetime, user: User = ADMIN) -> str:
        """Open a session of a user and return its token; ended sessions and expired failures are removed."""

    @abstractmethod
    async def session(self, token: str) -> Session:
        """Return the session of a token, also if it has ended by age.

        Raises:
            NotSignedIn: if there is none.
        """

    @abstractmethod
    async def use(self, token: str, *, at: datetime) -> None:
        """Record that a session was used; an unknown session is ignored."""

    @abstractmethod
    async def close(self, token: str) -> None:
        """End a session; an unknown session is ignored."""

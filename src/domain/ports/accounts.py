"""The port `accounts`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from domain.accounts import Place, Session


class Accounts(Protocol):
    """Keeps the admin's account: password hash, sessions, wrong passwords. Raises `RepositoryUnavailable` if away.

    A session's token is 256 random bits; only its SHA-256 is kept.
    """

    @abstractmethod
    async def password(self) -> str:
        """The hash of the password.

        Raises:
            NoPassword: if none was set.
        """

    @abstractmethod
    async def set_password(self, hashed: str, *, first: bool = False) -> None:
        """Set the password's hash; end every session and forget all wrong passwords.

        Raises:
            PasswordAlreadySet: if it was to be the ``first`` and there is one; of twins, one gets this.
        """

    @abstractmethod
    async def attempt(self, places: Sequence[Place], *, at: datetime) -> timedelta:
        """Count an attempt at each place as a failure, before its password is looked at.

        So that of attempts made at once no more are looked at than the rule allows.

        Returns:
            Zero if it was counted; else how long to wait (`domain.accounts.Failures.wait`), and nothing was counted.
        """

    @abstractmethod
    async def forgive(self, places: Sequence[Place]) -> None:
        """Forget the failures at these places: an attempt came with the right password."""

    @abstractmethod
    async def open(self, *, at: datetime) -> str:
        """Open a session and return its token; ended sessions and failures that no longer count are dropped."""

    @abstractmethod
    async def session(self, token: str) -> Session:
        """Find the session of a token, ended by age or not.

        Raises:
            NotSignedIn: if there is none.
        """

    @abstractmethod
    async def use(self, token: str, *, at: datetime) -> None:
        """Note that a session was used; of one that is not there, nothing."""

    @abstractmethod
    async def close(self, token: str) -> None:
        """End a session; one that is not there stays so."""

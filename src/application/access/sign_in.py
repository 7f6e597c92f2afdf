"""Sign the admin in by password, and check sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.access.turns import Turns
from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.access.accounts import LONGEST, place_of
from domain.errors import NotSignedIn, SignInLocked, WrongPassword
from domain.operations.audit import AuditAction
from domain.ports.accounts import Accounts
from domain.ports.clock import Clock
from domain.ports.passwords import Passwords

if TYPE_CHECKING:
    from domain.access.accounts import Session

_NOTED_EVERY: Final = timedelta(minutes=1)
"""The time between two recorded uses of a session: a page uses it many times a minute."""


@use_case
class SignIn:
    """Open a session for the admin's password.

    Wrong passwords delay further attempts from their own address only. ``turns`` bound the rate of checks from all
    addresses: further attempts wait for their turn.
    """

    accounts: Accounts
    passwords: Passwords
    clock: Clock
    turns: Turns

    async def __call__(self, password: str, *, address: str) -> str:
        """Return the token of a new session.

        Args:
            password: as typed.
            address: the IP address of the client.

        Raises:
            NoPassword: if none was set.
            SignInLocked: if too many wrong passwords came from this address, or too many attempts wait; the password
                was not checked.
            WrongPassword: if it is not the password.
        """
        hashed = await self.accounts.password()
        place = place_of(address)
        attempt = await self.accounts.attempt(place, at=self.clock.now())
        if attempt.wait:
            raise SignInLocked(attempt.wait.total_seconds())
        # addresses without wrong passwords go first, so that guesses cannot keep the admin out
        await self.turns(attempt.failures)
        if len(password) > LONGEST or not await self.passwords.matches(password, hashed):
            message = "this is not the password"
            raise WrongPassword(message)
        await self.accounts.forgive(place)
        return await self.accounts.open(at=self.clock.now())


@use_case
class UnlockSignIn:
    """Remove all delays after wrong passwords."""

    accounts: Accounts
    audit: AuditChanges

    async def __call__(self, *, by: str) -> None:
        """Remove all recorded failures; sessions stay open."""
        async with self.audit(AuditAction.SIGN_IN_UNLOCKED, by=by, subject="admin"):
            await self.accounts.forgive()


@use_case
class Admit:
    """Check that a session is valid, and record its use, which keeps it alive."""

    accounts: Accounts
    clock: Clock

    async def __call__(self, token: str) -> Session:
        """Return the session of a token.

        Raises:
            NotSignedIn: if there is none, or it has ended.
        """
        now = self.clock.now()
        session = await self.accounts.session(token)
        if not session.is_alive(now):
            message = "this session has ended"
            raise NotSignedIn(message)
        if now - session.used_at >= _NOTED_EVERY:
            await self.accounts.use(token, at=now)
        return session

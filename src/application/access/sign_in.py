"""Let the admin in by password, and look at who comes back."""

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
"""How often the use of a session is written down: a page asks many times a minute."""


@use_case
class SignIn:
    """Open a session for whoever knows the password.

    Wrong passwords make their own address wait, and nobody else. ``turns`` bound how many are looked at, wherever they
    come from: beyond that an attempt waits for its turn, and is looked at.
    """

    accounts: Accounts
    passwords: Passwords
    clock: Clock
    turns: Turns

    async def __call__(self, password: str, *, address: str) -> str:
        """Give the token of a new session.

        Args:
            password: as typed.
            address: the IP address that it came from.

        Raises:
            NoPassword: if none was set.
            SignInLocked: if too many wrong ones came from this address, or too many wait for their turn; the password
                was not looked at.
            WrongPassword: if it is not the password.
        """
        hashed = await self.accounts.password()
        place = place_of(address)
        attempt = await self.accounts.attempt(place, at=self.clock.now())
        if attempt.wait:
            raise SignInLocked(attempt.wait.total_seconds())
        # who typed no wrong password before goes first: strangers' guesses cannot keep the admin out
        await self.turns(attempt.failures)
        if len(password) > LONGEST or not await self.passwords.matches(password, hashed):
            message = "this is not the password"
            raise WrongPassword(message)
        await self.accounts.forgive(place)
        return await self.accounts.open(at=self.clock.now())


@use_case
class UnlockSignIn:
    """End every wait after wrong passwords."""

    accounts: Accounts
    audit: AuditChanges

    async def __call__(self, *, by: str) -> None:
        """Forget all wrong passwords; whoever is signed in stays so."""
        async with self.audit(AuditAction.SIGN_IN_UNLOCKED, by=by, subject="admin"):
            await self.accounts.forgive()


@use_case
class Admit:
    """Tell whether a session still admits, and keep it alive by its use."""

    accounts: Accounts
    clock: Clock

    async def __call__(self, token: str) -> Session:
        """Give the session of a token.

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

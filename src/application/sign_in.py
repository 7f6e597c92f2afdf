"""Let the admin in by password, and look at who comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.accounts import LONGEST, Place
from domain.errors import NotSignedIn, SignInLocked, WrongPassword
from domain.ports.accounts import Accounts
from domain.ports.clock import Clock
from domain.ports.passwords import Passwords

if TYPE_CHECKING:
    from domain.accounts import Session

_NOTED_EVERY: Final = timedelta(minutes=1)
"""How often the use of a session is written down: a page asks many times a minute."""


@use_case
class SignIn:
    """Open a session for whoever knows the password."""

    accounts: Accounts
    passwords: Passwords
    clock: Clock

    async def __call__(self, password: str, *, address: str) -> str:
        """Give the token of a new session.

        Args:
            password: as typed.
            address: the IP address that it came from.

        Raises:
            NoPassword: if none was set.
            SignInLocked: if too many wrong ones came before; the password was not looked at.
            WrongPassword: if it is not the password.
        """
        hashed = await self.accounts.password()
        places = [Place.account(), Place.address(address)]
        if wait := await self.accounts.attempt(places, at=self.clock.now()):
            raise SignInLocked(wait.total_seconds())
        if len(password) > LONGEST or not await self.passwords.matches(password, hashed):
            message = "this is not the password"
            raise WrongPassword(message)
        await self.accounts.forgive(places)
        return await self.accounts.open(at=self.clock.now())


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

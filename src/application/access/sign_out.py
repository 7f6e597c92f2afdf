"""End a session."""

from __future__ import annotations

from application.use_case import use_case
from domain.ports.accounts import Accounts


@use_case
class SignOut:
    """End the session of one browser."""

    accounts: Accounts

    async def __call__(self, token: str) -> None:
        """End a session; one that has ended already is ignored."""
        await self.accounts.close(token)

"""Set the admin's password: for the first time, again, or from a secret."""

from __future__ import annotations

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.access.accounts import check_password
from domain.errors import NoPassword
from domain.operations.audit import AuditAction
from domain.ports.accounts import Accounts
from domain.ports.passwords import Passwords


@use_case
class SetPassword:
    """Set the admin's password, which ends all sessions."""

    accounts: Accounts
    passwords: Passwords
    audit: AuditChanges

    async def __call__(self, password: str, *, by: str, first: bool = False) -> None:
        """Set it; the audit trail says by whom.

        Raises:
            InvalidInput: if it is too short or too long.
            PasswordAlreadySet: if it should be the ``first`` and there is one.
        """
        check_password(password)
        hashed, detail = await self.passwords.hash(password), "for the first time" if first else ""
        async with self.audit(AuditAction.PASSWORD_SET, by=by, subject="admin", detail=detail):
            await self.accounts.set_password(hashed, first=first)

    async def ensure(self, password: str, *, by: str) -> None:
        """Set the password unless it is the current one, so that a restart with the same secret ends no session.

        Raises:
            InvalidInput: if it is too short or too long.
        """
        try:
            if await self.passwords.matches(password, await self.accounts.password()):
                return
        except NoPassword:
            pass  # then it is the first
        await self(password, by=by)

    async def is_set(self) -> bool:
        """Return whether there is a password."""
        try:
            await self.accounts.password()
        except NoPassword:
            return False
        return True

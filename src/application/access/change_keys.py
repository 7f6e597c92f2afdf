"""Make API keys and revoke them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.errors import KeyNotFound
from domain.operations.audit import AuditAction
from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.access.keys import ApiKey, Role


@use_case
class ChangeKeys:
    """Make and revoke keys; the audit trail says who did."""

    keys: ApiKeys
    audit: AuditChanges

    async def create(self, name: str, role: Role, *, by: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key, and return it with its secret, which is shown only this once."""
        until = f", expires {expires_at.isoformat()}" if expires_at else ""
        async with self.audit(AuditAction.KEY_CREATED, by=by, subject=name, detail=f"{role.value}{until}"):
            return await self.keys.create(name, role, expires_at=expires_at)

    async def revoke(self, id: UUID, *, by: str) -> ApiKey:
        """Revoke a key from now on.

        Raises:
            KeyNotFound: if there is no such key.
        """
        key = next((key for key in await self.keys.all() if key.id == id), None)
        if key is None:
            message = f"there is no API key {id}"
            raise KeyNotFound(message)
        async with self.audit(AuditAction.KEY_REVOKED, by=by, subject=f"key:{id}", detail=key.name):
            return await self.keys.revoke(id)

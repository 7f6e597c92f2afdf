"""The shapes of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from application.operations.audit_changes import AuditPage
    from domain.operations.audit import AuditEntry


class AuditEntryOut(msgspec.Struct, frozen=True):
    """A change of the system."""

    id: UUID
    at: datetime
    by: Annotated[str, Meta(description="Who: a person, a key with its identifier, or an account of the machine")]
    action: Annotated[str, Meta(description="What was done, such as `key.created`; more may come")]
    subject: Annotated[str, Meta(description="To what, by its name or identifier")]
    detail: str
    problem: Annotated[str | None, Meta(description="Why it failed, of a change that was not made")]

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditEntryOut:
        """Shape an entry."""
        return cls(
            id=entry.id,
            at=entry.at,
            by=entry.by,
            action=entry.action.value,
            subject=entry.subject,
            detail=entry.detail,
            problem=entry.problem or None,
        )


class AuditOut(msgspec.Struct, frozen=True):
    """Some changes, the newest first."""

    entries: list[AuditEntryOut]
    next: Annotated[UUID | None, Meta(description="The `cursor` of the next page; null on the last one")]

    @classmethod
    def of(cls, page: AuditPage) -> AuditOut:
        """Shape a page."""
        return cls([AuditEntryOut.of(entry) for entry in page.entries], page.next)

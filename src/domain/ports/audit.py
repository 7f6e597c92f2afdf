"""The port `audit`: the audit trail."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.operations.audit import AuditEntry


class AuditTrail(Protocol):
    """Stores changes whose author no other record names. One call is one transaction.

    Entries are added and forgotten by age, and never changed.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, entry: AuditEntry) -> None:
        """Record an entry; the same entry again is recorded once."""

    @abstractmethod
    async def newest(self, limit: int, *, before: UUID | None = None) -> Sequence[AuditEntry]:
        """Return the last entries by their identifiers, the newest first; only those before an identifier."""

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Delete the entries before a time, and return how many there were."""

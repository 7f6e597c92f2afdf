"""An audit trail kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.audit import AuditTrail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.operations.audit import AuditEntry


@dataclass
class MemoryAuditTrail(FailsOnRequest, AuditTrail):
    """Keeps entries by their identifiers."""

    _entries: dict[UUID, AuditEntry] = field(default_factory=dict["UUID", "AuditEntry"])

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""
        self._fail_if_asked()
        self._entries[entry.id] = entry

    async def newest(self, limit: int, *, before: UUID | None = None) -> Sequence[AuditEntry]:
        """Return the newest entries."""
        self._fail_if_asked()
        ids = [id for id in sorted(self._entries, reverse=True) if before is None or id < before]
        return [self._entries[id] for id in ids[:limit]]

    async def forget(self, before: datetime) -> int:
        """Remove the entries before a time."""
        self._fail_if_asked()
        old = [id for id, entry in self._entries.items() if entry.at < before]
        for id in old:
            del self._entries[id]
        return len(old)

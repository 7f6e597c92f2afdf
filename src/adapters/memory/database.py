"""A database of this process, for testers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.faults import FailsOnRequest
from adapters.memory.ledger import MemoryLedger
from domain.ports.database import Database, OpenDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class MemoryDatabase(FailsOnRequest, Database):
    """A database with a ledger, which fails as a tester chooses."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    trail: MemoryAuditTrail = field(default_factory=MemoryAuditTrail)
    made: bool = True
    migration: str | None = "0001"
    trouble: str = ""

    def is_made(self) -> bool:
        """Return what the tester chose."""
        return self.made

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[OpenDatabase]:
        """Open the database with its ledger."""
        self._fail_if_asked()
        yield OpenDatabase(self.migration, self.trouble, self.ledger, self.trail)

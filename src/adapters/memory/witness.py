"""A witness of the ledger's head in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.witness import LedgerWitness

if TYPE_CHECKING:
    from domain.models.ledger import Head


@dataclass
class MemoryWitness(FailsOnRequest, LedgerWitness):
    """Keeps one head."""

    _head: Head | None = None

    async def head(self) -> Head | None:
        """Return the head."""
        self._fail_if_asked()
        return self._head

    async def keep(self, head: Head) -> None:
        """Store the head."""
        self._fail_if_asked()
        self._head = head

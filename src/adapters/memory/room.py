"""Space without a disk: for state in memory, or on disks of other machines."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.memory.faults import FailsOnRequest
from domain.ports.room import Room


@dataclass
class MemoryRoom(FailsOnRequest, Room):
    """Is never full, unless a failure is set."""

    def check(self) -> None:
        """Return, unless a failure is set."""
        self._fail_if_asked()

    def free(self) -> int | None:
        """Return None: there is no disk."""
        return None

"""Space as long as this process has memory, or where somebody else looks after the disk."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.memory.faults import FailsOnRequest
from domain.ports.room import Room


@dataclass
class MemoryRoom(FailsOnRequest, Room):
    """Never full, unless a tester says so."""

    def check(self) -> None:
        """Return, unless told to fail."""
        self._fail_if_asked()

    def free(self) -> int | None:
        """Know nothing of disks."""
        return None

"""Room on the disk of a home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.common.disk import LEAST, free, unwritable
from domain.errors import NoRoom
from domain.ports.room import Room

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskRoom(Room):
    """Measures the free space of the disk below a folder.

    Args:
        folder: is there, or is yet to be made in one that is.
        least: free bytes below which the disk counts as full.
    """

    folder: Path
    least: int = LEAST

    def check(self) -> None:
        """Check the free space without writing; the error tells no path, because anybody may ask for the health."""
        if why := unwritable(self.folder, least=self.least, name="the home"):
            raise NoRoom(why, retry_after=10)

    def free(self) -> int | None:
        """Return the free bytes of the disk."""
        return free(self.folder)

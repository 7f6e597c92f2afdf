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
    """The disk below a folder.

    Args:
        folder: is there, or is yet to be made in one that is.
        least: free bytes below which the disk counts as full.
    """

    folder: Path
    least: int = LEAST

    def check(self) -> None:
        """Ask the file system; nothing is written, and strangers who ask for health learn no path."""
        if why := unwritable(self.folder, least=self.least, name="the home"):
            raise NoRoom(why, retry_after=10)

    def free(self) -> int | None:
        """Ask the file system."""
        return free(self.folder)

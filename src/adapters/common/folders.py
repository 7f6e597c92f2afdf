"""The identity of a folder, which its copies do not share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FolderId:
    """A folder by its place on a disk: a copy of the folder, which may even have got its path, has another.

    Args:
        path: where it was; for people.
        device: the disk.
        inode: the folder's number on that disk.
    """

    path: str
    device: int
    inode: int

    @classmethod
    def of(cls, folder: Path) -> FolderId:
        """Return the identity of a folder that exists."""
        status = folder.stat()
        return cls(str(folder), status.st_dev, status.st_ino)

    def is_at(self, folder: Path) -> bool:
        """Return whether that is the same folder."""
        try:
            status = folder.stat()
        except OSError:
            return False
        return (self.device, self.inode) == (status.st_dev, status.st_ino)

"""Space on the disk of a home, and sentences that say why a home cannot be written and what to do."""

from __future__ import annotations

import errno
import os
import pwd
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from domain.errors import HomeUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEAST: Final = 32 * 2**20
"""Free bytes below which a disk counts as full: PostgreSQL takes 16 MB at a time for its log."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_DENIED: Final = (errno.EACCES, errno.EPERM)


def unwritable(folder: Path, *, least: int = LEAST, name: str = "") -> str:
    """Return why nothing more can be written below a folder, and what to do; empty if something can.

    Args:
        folder: is there, or is yet to be made in one that is.
        least: free bytes below which its disk counts as full.
        name: the name of the folder, for people; by default its path.
    """
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    disk = os.statvfs(nearest)
    if disk.f_flag & os.ST_RDONLY:
        return sentence(errno.EROFS, folder, name)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return sentence(errno.EACCES, folder, name)
    free = disk.f_bavail * disk.f_frsize
    if free < least or (disk.f_files and not disk.f_favail):
        return f"{sentence(errno.ENOSPC, folder, name)} ({free / 1e6:.1f} MB and {disk.f_favail} files are free)"
    return ""


def free(folder: Path) -> int:
    """Return the bytes that are free on the disk below a folder, which is there or is yet to be made."""
    disk = os.statvfs(next(place for place in (folder, *folder.parents) if place.exists()))
    return disk.f_bavail * disk.f_frsize


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Translate errors of the system to one sentence that says why a home cannot be written.

    Raises:
        HomeUnwritable: if its disk is full or read-only, or its files are somebody else's.
    """
    try:
        yield
    except OSError as error:
        if why := sentence(error.errno, folder):
            raise HomeUnwritable(why) from error
        raise


def sentence(number: int | None, folder: Path, name: str = "") -> str:
    """Return the sentence for an error number of the system: why and what to do; empty for unrelated errors."""
    name = name or str(folder)
    if number in FULL:
        return f"the disk of {name} is full: make room there"
    if number == errno.EROFS:
        return f"{name} lies on a read-only disk: mount it so that it can be written, or name another with --home"
    if number in _DENIED:
        owner = _owner(folder)
        return (
            f"{name} belongs to {owner}, and {_name(os.geteuid())} must not write there: run this as {owner}, give "
            f"all of its files to {_name(os.geteuid())} (chown -R), or name another with --home"
        )
    return ""


def _owner(folder: Path) -> str:
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return _name(place.stat().st_uid)
    return "another user"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"

"""The exchange of two folders' names, atomic where the system supports that."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING, Final

from adapters.common.files import sync

if TYPE_CHECKING:
    from pathlib import Path

_HERE: Final = -100
"""AT_FDCWD: paths are relative to the working directory."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of renameat2(2)."""


def exchange(first: Path, other: Path) -> None:
    """Exchange the names of two folders of one disk.

    On Linux the exchange is atomic; on other systems, and on disks that do not support it, it takes three renamings.
    """
    if not _at_once(first, other):
        aside = first.with_name(first.name + ".aside")
        first.rename(aside)
        other.rename(first)
        aside.rename(other)
    sync(first.parent)


def _at_once(first: Path, other: Path) -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "renameat2"):
        return False
    return libc.renameat2(_HERE, os.fsencode(first), _HERE, os.fsencode(other), _EXCHANGE) == 0

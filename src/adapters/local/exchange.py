"""Two folders change names, at once where the system can do that."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING, Final

from adapters.common.files import sync

if TYPE_CHECKING:
    from pathlib import Path

_HERE: Final = -100
"""AT_FDCWD: paths are taken as they are."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of renameat2(2)."""


def exchange(one: Path, other: Path) -> None:
    """Let each of two folders of one disk have the other's name.

    Killed meanwhile, Linux has done it or not. Elsewhere, and on disks that cannot, it is three renamings.
    """
    if not _at_once(one, other):
        aside = one.with_name(one.name + ".aside")
        one.rename(aside)
        other.rename(one)
        aside.rename(other)
    sync(one.parent)


def _at_once(one: Path, other: Path) -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "renameat2"):
        return False
    return libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0

"""A check of a home's disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.common.disk import unwritable
from domain.operations.diagnosis import Finding
from domain.ports.part_check import PartCheck

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LITTLE_DISK: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class HomeCheck(PartCheck):
    """Checks that a home can be written, and has room.

    Args:
        home: the folder; it need not be there.
        little: free bytes below which a disk is nearly full.
    """

    home: Path
    little: int = _LITTLE_DISK

    async def findings(self) -> Sequence[Finding]:
        """Return whether the home can be written, and how much room it has."""
        if why := unwritable(self.home):
            problem, _, remedy = why.partition(": ")
            return [Finding("home", "failed", problem, remedy)]
        nearest = next(folder for folder in (self.home, *self.home.parents) if folder.exists())
        free = shutil.disk_usage(nearest).free
        detail = f"{self.home}, {free / 1e9:.1f} GB free" + ("" if self.home.exists() else ", not made yet")
        if free < self.little:
            return [Finding("home", "warning", detail, "make room: PostgreSQL stops when the disk is full")]
        return [Finding("home", "ok", detail)]

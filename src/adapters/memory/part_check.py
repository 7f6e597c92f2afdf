"""A check with given findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.ports.part_check import PartCheck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.operations.diagnosis import Finding


@dataclass(frozen=True, slots=True)
class MemoryCheck(PartCheck):
    """Returns the same findings each time."""

    results: Sequence[Finding]

    async def findings(self) -> Sequence[Finding]:
        """Return the findings."""
        return self.results

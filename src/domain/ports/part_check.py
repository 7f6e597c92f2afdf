"""The port `part_check`: checks of the parts of the service."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.operations.diagnosis import Finding


class PartCheck(Protocol):
    """Checks a part of the service, and says what is wrong with it and what to do."""

    @abstractmethod
    async def findings(self) -> Sequence[Finding]:
        """Return the findings, without changing anything. A part that is away or broken is a finding, not an error."""

"""Acknowledged alarms kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.alarms import Acknowledgements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.monitoring.alarms import Acknowledgement


@dataclass
class MemoryAcknowledgements(FailsOnRequest, Acknowledgements):
    """Keeps acknowledgements by alarm and its beginning."""

    _seen: dict[tuple[str, datetime], Acknowledgement] = field(default_factory=dict)

    async def add(self, seen: Acknowledgement) -> None:
        """Store an acknowledgement, if it is the first of its alarm."""
        self._fail_if_asked()
        self._seen.setdefault((seen.alarm, seen.since), seen)

    async def all(self) -> Sequence[Acknowledgement]:
        """Return all acknowledgements, newest first."""
        self._fail_if_asked()
        return sorted(self._seen.values(), key=lambda acknowledgement: acknowledgement.at, reverse=True)

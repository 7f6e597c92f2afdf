"""Events of the service kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.events import ServiceEvents

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from domain.operations.events import Event, EventKind


@dataclass
class MemoryEvents(FailsOnRequest, ServiceEvents):
    """Keeps events in a set."""

    _events: set[Event] = field(default_factory=set["Event"])

    async def add(self, events: Sequence[Event]) -> None:
        """Store events."""
        self._fail_if_asked()
        self._events.update(events)

    async def since(self, at: datetime) -> Sequence[Event]:
        """Return events since a time, oldest first."""
        self._fail_if_asked()
        return sorted((event for event in self._events if event.at >= at), key=lambda event: event.at)

    async def newest(self, kinds: Collection[EventKind], subject: str) -> Event | None:
        """Return the newest event of some kinds about a subject."""
        self._fail_if_asked()
        matching = (event for event in self._events if event.kind in kinds and event.subject == subject)
        return max(matching, key=lambda event: event.at, default=None)

    async def forget(self, before: datetime) -> int:
        """Remove events before a time."""
        self._fail_if_asked()
        old = {event for event in self._events if event.at < before}
        self._events -= old
        return len(old)

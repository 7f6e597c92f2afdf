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
        """Keep them."""
        self._fail_if_asked()
        self._events.update(events)

    async def since(self, at: datetime) -> Sequence[Event]:
        """Sort them."""
        self._fail_if_asked()
        return sorted((one for one in self._events if one.at >= at), key=lambda one: one.at)

    async def newest(self, kinds: Collection[EventKind], subject: str) -> Event | None:
        """Look through them."""
        self._fail_if_asked()
        matching = (one for one in self._events if one.kind in kinds and one.subject == subject)
        return max(matching, key=lambda one: one.at, default=None)

    async def forget(self, before: datetime) -> int:
        """Drop them."""
        self._fail_if_asked()
        old = {one for one in self._events if one.at < before}
        self._events -= old
        return len(old)

"""Record events of the service's parts, also while the store is away."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from domain.errors import MedcostError
from domain.operations.events import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from application.operations.watch_parts import PartChange
    from domain.ports.clock import Clock
    from domain.ports.events import ServiceEvents

_MOST: Final = 1000
"""The most events that wait in memory while the store is away; the oldest are dropped."""
_log: Final = logging.getLogger(__name__)


class EventKeeper:
    """Buffers events in memory, and stores them as soon as the store answers.

    Args:
        events: the store.
        clock: tells the time.
        service: name of this process's part, such as ``web``.
        release: that it runs.
        written: returns the events that others, such as the supervisor, have written elsewhere; it may repeat them.
        every: seconds between two calls of that.
    """

    def __init__(
        self,
        events: ServiceEvents,
        clock: Clock,
        *,
        service: str,
        release: str,
        written: Callable[[], Iterable[Event]] = tuple,
        every: float = 60.0,
    ) -> None:
        self._events, self._clock, self._written, self._every = events, clock, written, every
        self._service, self._release = service, release
        self._begun_at = clock.now()
        self._waiting: deque[Event] = deque(maxlen=_MOST)
        self._away: set[str] = set()
        self._woken = asyncio.Event()

    def part_changed(self, change: PartChange) -> None:
        """Buffer the event of a part that went away or came back; a part that answers from the start on is no event."""
        if change.why and change.part not in self._away:
            self._away.add(change.part)
            self._note(EventKind.AWAY, change.part, change.why)
        elif not change.why and change.part in self._away:
            self._away.discard(change.part)
            self._note(EventKind.BACK, change.part)

    async def run(self) -> None:
        """Record the start, and store buffered events, until cancelled."""
        begun = False
        while True:
            self._woken.clear()
            try:
                if not begun:
                    await self._begin()
                    begun = True
                await self._write()
            except MedcostError as away:
                _log.info("events wait: %s", away)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._every)

    async def _begin(self) -> None:
        """Record the start of this process; with another release than before, that is a deployment."""
        started = (EventKind.START, EventKind.DEPLOYMENT)
        before = await self._events.newest(started, self._service)
        kind = EventKind.START if before and before.detail == self._release else EventKind.DEPLOYMENT
        self._waiting.appendleft(Event(at=self._begun_at, kind=kind, subject=self._service, detail=self._release))

    async def _write(self) -> None:
        noted = list(self._waiting)
        await self._events.add([*noted, *self._written()])
        for event in noted:
            with suppress(ValueError):  # pushed out by a newer one meanwhile
                self._waiting.remove(event)

    def _note(self, kind: EventKind, subject: str, detail: str = "") -> None:
        self._waiting.append(Event(at=self._clock.now(), kind=kind, subject=subject, detail=detail))
        self._woken.set()

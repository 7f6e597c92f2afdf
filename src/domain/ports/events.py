"""The port `events`: events of the parts of the service."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from domain.operations.events import Event, EventKind


class ServiceEvents(Protocol):
    """Stores events of the parts of the service. One call is one transaction.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, events: Sequence[Event]) -> None:
        """Record events; an event equal to a recorded one is not recorded twice."""

    @abstractmethod
    async def since(self, at: datetime) -> Sequence[Event]:
        """Return the events from a time on, oldest first."""

    @abstractmethod
    async def newest(self, kinds: Collection[EventKind], subject: str) -> Event | None:
        """Return the last event of some kinds that happened to a part, None if there is none."""

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Delete the events before a time, and return how many there were."""

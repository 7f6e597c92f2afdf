"""A clock that stands still until it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.ports.clock import Clock


@dataclass
class FixedClock(Clock):
    """Gives the time that it was set to."""

    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.time

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self.time += by

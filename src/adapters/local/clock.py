"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.ports.clock import Clock


class SystemClock(Clock):
    """Gives UTC by the machine's clock, also where that is set back."""

    def now(self) -> datetime:
        """Return the time now."""
        return datetime.now(UTC)

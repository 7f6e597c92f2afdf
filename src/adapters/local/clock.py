"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.ports.clock import Clock


class SystemClock(Clock):
    """Tells UTC as the machine does, also where its clock is set back."""

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC)

"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.ports.clock import Clock


class SystemClock(Clock):
    """Tells UTC; where the machine's clock is set back, it stands still until time has caught up."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Tell the time."""
        self._last = max(self._last, datetime.now(UTC))
        return self._last

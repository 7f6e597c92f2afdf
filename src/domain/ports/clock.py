"""The port `clock`: the time of day."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """Gives the time of day, for what is recorded and what expires on a date.

    The time of day may be set back, so spans of seconds are measured by a monotonic clock instead.
    """

    @abstractmethod
    def now(self) -> datetime:
        """Return the time now, aware and in UTC."""

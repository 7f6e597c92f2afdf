"""The port `room`: the space that is left for records."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Room(Protocol):
    """Space for records."""

    @abstractmethod
    def check(self) -> None:
        """Check that more can be recorded; the check is cheap, because health checks call it.

        Raises:
            NoRoom: with the place, the reason, and what to do.
        """

    @abstractmethod
    def free(self) -> int | None:
        """Return the free bytes; None where the disk belongs to another machine."""

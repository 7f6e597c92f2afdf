"""The port `room`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Room(Protocol):
    """Space for what is recorded."""

    @abstractmethod
    def check(self) -> None:
        """Return if more can be recorded; cheap, because health checks call it.

        Raises:
            NoRoom: saying where, why, and what to do.
        """

    @abstractmethod
    def free(self) -> int | None:
        """Return how many bytes are free; None where nobody knows here, because somebody else looks after the disk."""

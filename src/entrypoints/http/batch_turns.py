"""Batches are worked on one after the other: several would only make each other, and everybody else, wait longer."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ROOM: Final = 16
"""Batches at work or waiting: each holds some ten megabytes."""
_RETRY_AFTER: Final = 5.0


class BatchTurns:
    """Lets one batch at a time be worked on, in the order in which they came, and few wait."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room, self._inside, self._lock = room, 0, asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it.

        Raises:
            Unavailable: if too many wait already.
        """
        if self._inside >= self._room:
            message = f"{self._room} batches are being worked on or wait already: send this one again in a moment"
            raise Unavailable(message, retry_after=_RETRY_AFTER)
        self._inside += 1
        try:
            async with self._lock:
                yield
        finally:
            self._inside -= 1

"""The queue of batches, which are processed one at a time: parallel batches would slow down all requests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ROOM: Final = 16
"""Most batches that are processed or wait: each holds about ten megabytes."""
_RETRY_AFTER: Final = 5.0


class BatchTurns:
    """Processes one batch at a time in the order of arrival, and refuses batches beyond a short queue."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room, self._inside, self._lock = room, 0, asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the turn of a batch, and hold it inside the block.

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

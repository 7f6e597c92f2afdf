"""Pauses in long work on the event loop, in which other tasks have a turn."""

from __future__ import annotations

import asyncio
import time
from typing import Final

_SLICE: Final = 0.001
"""Seconds of work between two pauses: a request for one person needs some ten turns."""


class Pauses:
    """Gives way to other tasks when a slice of time is used up; to be awaited after each small piece of work.

    A thread is no substitute: it holds the interpreter for 5 ms at a time, and longer inside of a library.
    """

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def __call__(self) -> None:
        """Give way to other tasks if the slice is used up."""
        if time.perf_counter() - self._since >= _SLICE:
            await asyncio.sleep(0)
            self._since = time.perf_counter()

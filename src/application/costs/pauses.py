"""Long work on the event loop, in slices between which everybody else has a turn."""

from __future__ import annotations

import asyncio
import time
from typing import Final

_SLICE: Final = 0.001
"""Seconds of work between two pauses: a request for one person has some ten turns until it is answered."""


class Pauses:
    """Awaited after each small piece of work: gives way to other tasks when a slice of time is used up.

    A thread would not do: it holds the interpreter for 5 ms at a time, and longer inside of a library.
    """

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def __call__(self) -> None:
        """Give way if it is time to."""
        if time.perf_counter() - self._since >= _SLICE:
            await asyncio.sleep(0)
            self._since = time.perf_counter()

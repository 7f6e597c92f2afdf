"""What a screen reader says by itself."""

from __future__ import annotations

import asyncio

from entrypoints.dashboard.layout.shell import text

_REST = 1.0
"""Seconds without news after which it is said: nobody wants to hear every digit of a number that is being typed."""


class Spoken:
    """A place that is read out, and not seen, once what is said has rested."""

    def __init__(self) -> None:
        self._place = text("p", "", "veiled").props("role=status")
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self, said: str) -> None:
        """Say something, in place of what was to be said before; nothing, if it is empty."""
        if self._waiting:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(_REST, self._place.set_text, said)

"""Announcements by screen readers."""

from __future__ import annotations

import asyncio

from entrypoints.dashboard.layout.shell import text

_REST = 1.0
"""Seconds without a new message before the last message is announced, so that not every typed digit is read out."""


class Spoken:
    """An invisible status element whose text screen readers announce once it has not changed for a moment."""

    def __init__(self) -> None:
        self._place = text("p", "", "veiled").props("role=status")
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self, message: str) -> None:
        """Announce a message in place of a pending message; an empty message cancels it."""
        if self._waiting:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(_REST, self._place.set_text, message)

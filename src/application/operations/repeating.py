"""Background work that is repeated until the process ends."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from domain.errors import MedcostError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_log: Final = logging.getLogger(__name__)


class Repeating:
    """Repeats background work until it is stopped; an error is logged, and the work is tried again.

    Args:
        name: the name of the work, for the log.
        every: seconds between two repetitions.
    """

    def __init__(self, name: str, every: float) -> None:
        self._name, self._every = name, every
        self._stopping = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        """Return whether `stop` was called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Let the repetition under way be the last one."""
        self._stopping.set()

    async def run(self, work: Callable[[], Awaitable[bool]]) -> None:
        """Repeat the work until `stop` is called.

        Args:
            work: returns whether there is more to do, so that it is repeated without a pause.
        """
        while not self.is_stopping:
            pause = self._every
            try:
                if await work():
                    continue
            except Unavailable as away:
                pause = max(pause, away.retry_after)
            except (MedcostError, OSError) as error:
                _log.warning("%s is tried again: %s", self._name, error)
            except Exception:  # noqa: BLE001  # a mistake of ours must not end the work until the next restart
                _log.exception("%s failed, and is tried again", self._name)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

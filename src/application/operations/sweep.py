"""Erase old files of jobs regularly while a process serves."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from domain.errors import MedcostError

if TYPE_CHECKING:
    from datetime import timedelta

    from application.operations.review_jobs import SweepJobs

_log: Final = logging.getLogger(__name__)


class JobSweeper:
    """Erases old files regularly; each process that serves has one sweeper.

    Args:
        sweep: erases old files.
        keep: the time that the files of a job stay after its end.
        every: seconds between two sweeps.
    """

    def __init__(self, sweep: SweepJobs, keep: timedelta, *, every: float = 600.0) -> None:
        self._sweep, self._keep, self._every = sweep, keep, every
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Sweep until `stop` is called."""
        while not self._stopping.is_set():
            try:
                await self._sweep(self._keep)
            except (MedcostError, OSError) as away:
                _log.info("old files of jobs are erased later: %s", away)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every)

    def stop(self) -> None:
        """Stop sweeping."""
        self._stopping.set()

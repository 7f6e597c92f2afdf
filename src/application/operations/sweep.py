"""Erase old files of jobs regularly while a process serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.operations.repeating import Repeating

if TYPE_CHECKING:
    from datetime import timedelta

    from application.operations.review_jobs import SweepJobs


class JobSweeper:
    """Erases old files regularly; each process that serves has one sweeper.

    Args:
        sweep: erases old files.
        keep: the time that the files of a job stay after its end.
        every: seconds between two sweeps.
    """

    def __init__(self, sweep: SweepJobs, keep: timedelta, *, every: float = 600.0) -> None:
        self._sweep, self._keep = sweep, keep
        self._repeating = Repeating("the sweep of old files", every)

    async def run(self) -> None:
        """Sweep until `stop` is called."""
        await self._repeating.run(self._sweep_once)

    def stop(self) -> None:
        """Stop sweeping."""
        self._repeating.stop()

    async def _sweep_once(self) -> bool:
        await self._sweep(self._keep)
        return False

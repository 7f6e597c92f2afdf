"""Take jobs, one at a time, and work on them until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import uuid4

from domain.errors import MedcostError, Unavailable
from domain.operations.jobs import MOST_ATTEMPTS, Job, JobKind, JobProblem

if TYPE_CHECKING:
    from domain.ports.clock import Clock
    from domain.ports.jobs import Jobs

Work: TypeAlias = Callable[[Job], Awaitable[Mapping[str, object]]]

_BEATS: Final = 4
"""Heartbeats in the time after which a worker counts as dead: some may be late."""
_log: Final = logging.getLogger(__name__)


class JobWorker:
    """Works on jobs; each process that serves has one.

    Args:
        jobs: where they are.
        clock: what time it is.
        work: what is done for each kind; it may be done again if a process died over it.
        every: seconds between two looks for a job.
        lapse: seconds without a heartbeat after which a worker counts as dead.
    """

    def __init__(
        self, jobs: Jobs, clock: Clock, work: Mapping[JobKind, Work], *, every: float = 0.5, lapse: float = 30.0
    ) -> None:
        self._jobs, self._clock, self._work = jobs, clock, work
        self._every, self._lapse = every, lapse
        self._id = uuid4()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop` is called; a job that was begun is ended first."""
        while not self._stopping.is_set():
            wait = self._every
            try:
                if await self.work_on_one():
                    continue
            except Unavailable as away:
                wait = max(wait, away.retry_after)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """Take no more jobs."""
        self._stopping.set()

    async def work_on_one(self) -> bool:
        """Take a job and end it. False if none waits.

        Raises:
            Unavailable: if it cannot be learnt whether one waits.
        """
        lapse = timedelta(seconds=self._lapse)
        job = await self._jobs.claim(self._work.keys(), worker=self._id, at=self._clock.now(), lapse=lapse)
        if job is None:
            return False
        beating = asyncio.create_task(self._beat(job))
        try:
            result, problem = await self._outcome(job)
        finally:
            beating.cancel()
        while True:
            try:
                now = self._clock.now()
                await self._jobs.finish(job.id, worker=self._id, at=now, result=result, problem=problem)
            except Unavailable as away:
                # should this last, another worker does the job again, which changes nothing more
                await asyncio.sleep(away.retry_after)
            else:
                return True

    async def _outcome(self, job: Job) -> tuple[Mapping[str, object] | None, JobProblem | None]:
        if job.attempts > MOST_ATTEMPTS:
            return None, JobProblem("", f"{MOST_ATTEMPTS} processes that worked on this job ended before it did")
        try:
            return await self._work[job.kind](job), None
        except MedcostError as error:
            return None, JobProblem(type(error).__name__, str(error))
        except Exception:  # noqa: BLE001  # the worker goes on, whatever a job does; the log has all of it
            _log.exception("job %s failed", job.id)
            return None, JobProblem("", f"the job failed; the log has its id, {job.id}")

    async def _beat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(self._lapse / _BEATS)
            with suppress(Unavailable):
                await self._jobs.beat(job.id, worker=self._id, at=self._clock.now(), progress=job.progress)

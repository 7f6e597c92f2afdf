"""Claim jobs, one at a time, and work on them until stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import uuid4

from application.operations.repeating import Repeating
from domain.errors import MedcostError, Unavailable
from domain.operations.jobs import MOST_ATTEMPTS, Job, JobKind, JobProblem, JobProgress, OnProgress

if TYPE_CHECKING:
    from domain.ports.clock import Clock
    from domain.ports.jobs import Jobs

Work: TypeAlias = Callable[[Job, OnProgress], Awaitable[Mapping[str, object]]]
_Outcome: TypeAlias = tuple[Mapping[str, object] | None, JobProblem | None]

_BEATS: Final = 4
"""Heartbeats within the time after which a worker counts as dead, because some may be late."""
_LONGEST_BEAT: Final = 1.0
"""The most seconds between two heartbeats, which carry the progress and learn of a cancellation."""
_log: Final = logging.getLogger(__name__)


class JobWorker:
    """Works on jobs; each process that serves has a worker for each sort of work.

    The worker drops a job that was cancelled, or that another worker has taken over.

    Args:
        jobs: the store of jobs.
        clock: tells the time.
        work: the function of each kind of job; it may be called again after the death of a process.
        every: seconds between two attempts to claim a job.
        lapse: seconds without a heartbeat after which a worker counts as dead.
        place: returns the place of the files that this worker can read; None for jobs without files.
        resumable: kinds that another worker can continue where this one stopped; they are dropped at `stop`.
    """

    def __init__(
        self,
        jobs: Jobs,
        clock: Clock,
        work: Mapping[JobKind, Work],
        *,
        every: float = 0.5,
        lapse: float = 30.0,
        place: Callable[[], str] | None = None,
        resumable: Collection[JobKind] = (),
    ) -> None:
        self._jobs, self._clock, self._work = jobs, clock, work
        self._lapse, self._place, self._resumable = lapse, place, resumable
        self._id = uuid4()
        self._repeating = Repeating("work on jobs", every)
        self._droppable: asyncio.Task[_Outcome] | None = None

    async def run(self) -> None:
        """Work until `stop` is called; a job that was begun is ended first, or dropped if it can be resumed."""
        await self._repeating.run(self.work_on_next)

    def stop(self) -> None:
        """Stop claiming jobs."""
        self._repeating.stop()
        if self._droppable:
            self._droppable.cancel()

    async def work_on_next(self) -> bool:
        """Claim a job and end it; return False if none waits.

        Raises:
            Unavailable: if the store of jobs is away.
        """
        lapse = timedelta(seconds=self._lapse)
        place, now = self._place() if self._place else None, self._clock.now()
        job = await self._jobs.claim(self._work.keys(), worker=self._id, at=now, lapse=lapse, place=place)
        if job is None:
            return False
        latest = [job.progress]
        work = asyncio.create_task(self._outcome(job, lambda progress: latest.__setitem__(0, progress)))
        self._droppable = work if job.kind in self._resumable else None
        beating = asyncio.create_task(self._beat(job, work, latest))
        try:
            await asyncio.wait([work])
        finally:
            self._droppable = None
            beating.cancel()
            work.cancel()
        if work.cancelled():
            await self._release(job)
        else:
            await self._finish(job, work.result(), latest[0])
        return True

    async def _finish(self, job: Job, outcome: _Outcome, progress: JobProgress) -> None:
        """End a job, with its result or problem."""
        result, problem = outcome
        while True:
            try:
                now = self._clock.now()
                await self._jobs.beat(job.id, worker=self._id, at=now, progress=progress)
                await self._jobs.finish(job.id, worker=self._id, at=now, result=result, problem=problem)
            except Unavailable as away:
                # if the store stays away, another worker does the job again, which changes nothing more
                await asyncio.sleep(away.retry_after)
            else:
                return

    async def _release(self, job: Job) -> None:
        """Let another worker continue a job; while the store is away, that happens after the lapse."""
        with suppress(Unavailable):
            await self._jobs.release(job.id, worker=self._id)

    async def _outcome(self, job: Job, report: OnProgress) -> _Outcome:
        if job.attempts > MOST_ATTEMPTS:
            return None, JobProblem("", f"{MOST_ATTEMPTS} processes that worked on this job ended before it did")
        try:
            return await self._work[job.kind](job, report), None
        except MedcostError as error:
            return None, JobProblem(type(error).__name__, str(error))
        except Exception:  # noqa: BLE001  # the worker goes on, whatever a job does; the log has all of it
            _log.exception("job %s failed", job.id)
            return None, JobProblem("", f"the job failed; the log has its id, {job.id}")

    async def _beat(self, job: Job, work: asyncio.Task[_Outcome], latest: list[JobProgress]) -> None:
        while True:
            await asyncio.sleep(min(self._lapse / _BEATS, _LONGEST_BEAT))
            with suppress(Unavailable):
                if not await self._jobs.beat(job.id, worker=self._id, at=self._clock.now(), progress=latest[0]):
                    work.cancel()


class JobWorkers:
    """Several concurrent workers, each for another sort of work."""

    def __init__(self, *workers: JobWorker) -> None:
        self._workers = workers

    async def run(self) -> None:
        """Work until `stop` is called."""
        await asyncio.gather(*(worker.run() for worker in self._workers))

    def stop(self) -> None:
        """Stop claiming jobs."""
        for worker in self._workers:
            worker.stop()

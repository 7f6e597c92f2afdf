"""Jobs kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.errors import JobNotFound, JobUnderWay
from domain.operations.jobs import Job, JobState
from domain.ports.jobs import ALL_JOBS, JobQuery, Jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from domain.operations.jobs import JobKind, JobProblem, JobProgress, NewJob


@dataclass
class MemoryJobs(FailsOnRequest, Jobs):
    """Keeps jobs in the order in which they came."""

    _jobs: dict[UUID, Job] = field(default_factory=dict)
    _workers: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)

    async def add(self, new: NewJob, *, id: UUID | None = None) -> Job:
        """Record a job."""
        self._fail_if_asked()
        if id is not None and id in self._jobs:
            return self._jobs[id]
        if new.slot and any(job.slot == new.slot and not job.state.has_ended for job in self._jobs.values()):
            raise JobUnderWay(new.slot)
        job = Job(
            id=id or UUID(bytes=uuid7().bytes),
            kind=new.kind,
            task=new.task,
            owner=new.owner,
            created_at=new.created_at,
            slot=new.slot,
            place=new.place,
        )
        self._jobs[job.id] = job
        return job

    async def get(self, id: UUID) -> Job:
        """Return a job."""
        self._fail_if_asked()
        if id not in self._jobs:
            raise JobNotFound(id)
        return self._jobs[id]

    async def newest(self, limit: int, *, which: JobQuery = ALL_JOBS) -> Sequence[Job]:
        """Return the newest jobs."""
        self._fail_if_asked()
        jobs = [self._jobs[id] for id in sorted(self._jobs, reverse=True) if which.before is None or id < which.before]
        return [
            job for job in jobs if which.owner in (None, job.owner) and which.kind in (None, job.kind)
        ][:limit]  # fmt: skip

    async def ended_since(self, at: datetime) -> Sequence[Job]:
        """Return jobs that ended since a time, oldest first."""
        self._fail_if_asked()
        ended = [(job.ended_at, job.id) for job in self._jobs.values() if job.ended_at and job.ended_at >= at]
        return [self._jobs[id] for _, id in sorted(ended)]

    async def under_way(self, kind: JobKind, owner: str) -> int:
        """Count the jobs of an owner that are under way."""
        self._fail_if_asked()
        return sum(
            (job.kind, job.owner) == (kind, owner) and not job.state.has_ended for job in self._jobs.values()
        )  # fmt: skip

    async def with_files(self, place: str) -> Sequence[Job]:
        """Return the jobs with files at a place, oldest first."""
        self._fail_if_asked()
        return [job for job in self._jobs.values() if job.place == place and job.erased_at is None]

    async def claim(
        self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta, place: str | None = None
    ) -> Job | None:
        """Claim the oldest job that waits or was lost."""
        self._fail_if_asked()
        for job in self._jobs.values():
            waits = job.state is JobState.WAITING
            lapsed = job.state is JobState.RUNNING and abs(at - self._workers[job.id][1]) > lapse
            if job.kind in kinds and job.place in (None, place) and (waits or lapsed):
                self._workers[job.id] = worker, at
                return self._put(
                    replace(job, state=JobState.RUNNING, started_at=job.started_at or at, attempts=job.attempts + 1)
                )
        return None

    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: JobProgress | None = None) -> bool:
        """Record the heartbeat and the progress of a job."""
        self._fail_if_asked()
        if not self._is_of(id, worker):
            return False
        self._workers[id] = worker, at
        if progress:
            self._put(replace(self._jobs[id], progress=progress))
        return True

    async def release(self, id: UUID, *, worker: UUID) -> bool:
        """Put a job back."""
        self._fail_if_asked()
        if not self._is_of(id, worker):
            return False
        self._put(replace(self._jobs[id], state=JobState.WAITING, attempts=self._jobs[id].attempts - 1))
        return True

    async def cancel(self, id: UUID, *, at: datetime) -> Job:
        """End a job that has not ended."""
        job = await self.get(id)
        return job if job.state.has_ended else self._put(replace(job, state=JobState.CANCELLED, ended_at=at))

    async def erase_files(self, id: UUID, *, at: datetime) -> Job:
        """Record once that the files were erased."""
        job = await self.get(id)
        return job if job.erased_at else self._put(replace(job, erased_at=at))

    async def finish(
        self,
        id: UUID,
        *,
        worker: UUID,
        at: datetime,
        result: Mapping[str, object] | None = None,
        problem: JobProblem | None = None,
    ) -> bool:
        """End a job that is under way, if the worker holds it."""
        self._fail_if_asked()
        if not self._is_of(id, worker):
            return False
        state = JobState.FAILED if problem else JobState.DONE
        self._put(replace(self._jobs[id], state=state, result=result, problem=problem, ended_at=at))
        return True

    def _is_of(self, id: UUID, worker: UUID) -> bool:
        return id in self._jobs and self._jobs[id].state is JobState.RUNNING and self._workers[id][0] == worker

    def _put(self, job: Job) -> Job:
        self._jobs[job.id] = job
        return job

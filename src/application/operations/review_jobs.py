"""Review jobs, cancel them, download their answers, and erase old files."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.costs.scoring_task import ScoringTask
from domain.errors import JobCannotStop, JobFilesGone, JobNotFound, NotAllowed
from domain.operations.audit import AuditAction
from domain.operations.jobs import Job, JobKind, JobState
from domain.ports.clock import Clock
from domain.ports.job_files import JobFiles
from domain.ports.jobs import JobQuery, Jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from domain.access.callers import Caller

_UPLOAD: Final = timedelta(hours=1)
"""The time without a further byte after which an upload counts as interrupted."""


@use_case
class ReviewJobs:
    """Review jobs and their progress."""

    jobs: Jobs

    async def __call__(self, id: UUID, caller: Caller) -> Job:
        """Return a job.

        Raises:
            JobNotFound: if it is not there, or not the caller's to see.
        """
        job = await self.jobs.get(id)
        if not caller.sees(job.owner):
            raise JobNotFound(id)
        return job

    async def newest(
        self, caller: Caller, limit: int, *, before: UUID | None = None, kind: JobKind | None = None
    ) -> Sequence[Job]:
        """Return the jobs that the caller may see, the newest first; reviewers and admins see all jobs."""
        owner = None if caller.sees_all else caller.owner
        return await self.jobs.newest(limit, which=JobQuery(owner=owner, kind=kind, before=before))

    async def own(self, caller: Caller, limit: int, *, kind: JobKind | None = None) -> Sequence[Job]:
        """Return the caller's own jobs, the newest first."""
        return await self.jobs.newest(limit, which=JobQuery(owner=caller.owner, kind=kind))


@use_case
class FetchAnswers:
    """Download the answers of a job."""

    jobs: ReviewJobs
    files: JobFiles

    async def size(self, id: UUID, caller: Caller) -> tuple[ScoringTask, int]:
        """Return the task of a job, and the size of its answers in bytes.

        Raises:
            JobNotFound: if it is not there, or not the caller's to see.
            JobFilesGone: if there is no file of answers.
        """
        job = await self.jobs(id, caller)
        if job.kind is not JobKind.SCORING or job.state is not JobState.DONE or job.erased_at:
            raise JobFilesGone
        task = ScoringTask.of_json(job.task)
        return task, await asyncio.to_thread(self.files.size, task.folder, task.result)

    async def read(self, task: ScoringTask, start: int, end: int) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``end``, piece by piece.

        Raises:
            JobFilesGone: if there is no file of answers.
        """
        return await asyncio.to_thread(self.files.read, task.folder, task.result, start, end)


@use_case
class CancelJob:
    """Cancel a job that has not ended, and erase its files."""

    review: ReviewJobs
    jobs: Jobs
    files: JobFiles
    clock: Clock
    audit: AuditChanges

    async def __call__(self, id: UUID, caller: Caller) -> Job:
        """Cancel a job, erase its files, and return the job.

        Raises:
            JobNotFound: if it is not there, or not the caller's to see.
            NotAllowed: if the caller sees it, but may not change it.
            JobCannotStop: if it changes the champion.
        """
        job = await self.review(id, caller)
        if not caller.changes(job.owner):
            message = "this job is another's: its owner or an admin can cancel it and erase its files"
            raise NotAllowed(message)
        if job.kind is not JobKind.SCORING:
            raise JobCannotStop
        if job.erased_at:
            return job
        detail = f"of {job.owner}" + (", whose work had ended" if job.state.has_ended else "")
        async with self.audit(AuditAction.JOB_CANCELLED, by=caller.author, subject=str(id), detail=detail):
            await self.jobs.cancel(id, at=self.clock.now())
            return await erase(job, self.jobs, self.files, self.clock)


@use_case
class SweepJobs:
    """Erase the files of jobs that ended long ago, and files of no job."""

    jobs: Jobs
    files: JobFiles
    clock: Clock

    async def __call__(self, keep: timedelta) -> int:
        """Erase the files of jobs that ended more than ``keep`` ago, and return the number of these jobs."""
        place = await asyncio.to_thread(lambda: self.files.place)
        swept, folders_in_use, now = 0, set[str](), self.clock.now()
        for job in await self.jobs.with_files(place):
            # a cancelled job may have files that its worker wrote before it learned of the cancellation
            if job.ended_at and (job.state is JobState.CANCELLED or now - job.ended_at > keep):
                await erase(job, self.jobs, self.files, self.clock)
                swept += 1
            else:
                folders_in_use.add(ScoringTask.of_json(job.task).folder)
        await asyncio.to_thread(self.files.erase_others, folders_in_use, older_than=_UPLOAD)
        return swept


async def erase(job: Job, jobs: Jobs, files: JobFiles, clock: Clock) -> Job:
    """Erase the files of a job, and record that."""
    await asyncio.to_thread(files.erase, ScoringTask.of_json(job.task).folder)
    return await jobs.erase_files(job.id, at=clock.now())

"""The port `jobs`: the queue of jobs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from domain.operations.jobs import Job, JobKind, JobProblem, JobProgress, NewJob


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """A query for jobs.

    Args:
        owner: owner of the jobs; None for all owners.
        kind: kind of the jobs; None for all kinds.
        before: a job; only jobs that were added before it are returned.
    """

    owner: str | None = None
    kind: JobKind | None = None
    before: UUID | None = None


ALL_JOBS: Final = JobQuery()


class Jobs(Protocol):
    """Stores jobs, and assigns each to one worker at a time. One call is one transaction.

    Workers send heartbeats: a job whose last heartbeat is too long ago is assigned to another worker.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewJob, *, id: UUID | None = None) -> Job:
        """Record a job; it waits for a worker. Under an identifier that a job has already, that one is returned.

        Raises:
            JobUnderWay: if another job in its slot has not ended yet.
        """

    @abstractmethod
    async def get(self, id: UUID) -> Job:
        """Return a job.

        Raises:
            JobNotFound: if there is none.
        """

    @abstractmethod
    async def newest(self, limit: int, *, which: JobQuery = ALL_JOBS) -> Sequence[Job]:
        """Return the jobs that were added last, the newest first."""

    @abstractmethod
    async def ended_since(self, at: datetime) -> Sequence[Job]:
        """Return the jobs that ended at a time or later, the earliest first."""

    @abstractmethod
    async def under_way(self, kind: JobKind, owner: str) -> int:
        """Return the number of jobs of a kind and an owner that have not ended yet."""

    @abstractmethod
    async def with_files(self, place: str) -> Sequence[Job]:
        """Return the jobs with files in this place that were not erased, the oldest first."""

    @abstractmethod
    async def claim(
        self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta, place: str | None = None
    ) -> Job | None:
        """Claim the oldest job that waits, or whose worker sent no heartbeat for ``lapse``; None if there is none.

        Concurrent workers never get the same job. A heartbeat from the future counts as lapsed too. A job with files in
        a place is assigned only to workers that name that ``place``.
        """

    @abstractmethod
    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: JobProgress | None = None) -> bool:
        """Record a heartbeat with the progress; return False if the job is not the worker's any more."""

    @abstractmethod
    async def release(self, id: UUID, *, worker: UUID) -> bool:
        """Return a job to the queue that the worker cannot continue; this attempt is not counted.

        Return False, and change nothing, if the job is not the worker's any more.
        """

    @abstractmethod
    async def cancel(self, id: UUID, *, at: datetime) -> Job:
        """Cancel a job that has not ended yet, and return the job; its worker learns that by the next heartbeat.

        Raises:
            JobNotFound: if there is none.
        """

    @abstractmethod
    async def erase_files(self, id: UUID, *, at: datetime) -> Job:
        """Record that the files of a job were erased, unless that was recorded before, and return the job.

        Raises:
            JobNotFound: if there is none.
        """

    @abstractmethod
    async def finish(
        self,
        id: UUID,
        *,
        worker: UUID,
        at: datetime,
        result: Mapping[str, object] | None = None,
        problem: JobProblem | None = None,
    ) -> bool:
        """End a job, with a problem if it failed; return False, unchanged, if it is not the worker's any more."""

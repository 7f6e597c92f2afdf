"""The port `jobs`."""

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
    """Which jobs are looked for.

    Args:
        owner: whose; None for everybody's.
        kind: of which kind; None for all.
        before: only jobs that were added before this one.
    """

    owner: str | None = None
    kind: JobKind | None = None
    before: UUID | None = None


ALL_JOBS: Final = JobQuery()


class Jobs(Protocol):
    """Remembers jobs, and hands each to one worker at a time. One call is one transaction.

    A worker shows by heartbeats that it lives: a job whose last heartbeat is too long ago is handed to another one.

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
        """Find a job.

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
        """Return how many jobs of a kind and an owner have not ended yet."""

    @abstractmethod
    async def with_files(self, place: str) -> Sequence[Job]:
        """Return the jobs whose files lie in this place and were not erased, the oldest first."""

    @abstractmethod
    async def claim(
        self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta, place: str | None = None
    ) -> Job | None:
        """Take the oldest job that waits, or whose worker has shown no life for ``lapse``; None if there is none.

        Of workers that ask at the same time, no two get the same job. A heartbeat from the future counts as lapsed too.
        A job whose files lie in a place is handed out to workers that name that ``place`` only.
        """

    @abstractmethod
    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: JobProgress | None = None) -> bool:
        """Show that the worker lives, and how far it is. False if the job is not the worker's any more."""

    @abstractmethod
    async def release(self, id: UUID, *, worker: UUID) -> bool:
        """Let a job wait again that the worker cannot go on with; it counts as not begun by this worker.

        False, and nothing is changed, if it is not the worker's any more.
        """

    @abstractmethod
    async def cancel(self, id: UUID, *, at: datetime) -> Job:
        """End a job that has not ended yet, and return what it is then; the next heartbeat tells its worker.

        Raises:
            JobNotFound: if there is none.
        """

    @abstractmethod
    async def erase_files(self, id: UUID, *, at: datetime) -> Job:
        """Note that the files of a job are erased, unless that was noted before, and return the job.

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
        """End a job, with a problem if it failed. False, and nothing is changed, if it is not the worker's any more."""

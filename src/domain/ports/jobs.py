"""The port `jobs`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from domain.operations.jobs import Job, JobKind, JobProblem, NewJob


class Jobs(Protocol):
    """Remembers jobs, and hands each to one worker at a time. One call is one transaction.

    A worker shows by heartbeats that it lives: a job whose last heartbeat is too long ago is handed to another one.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewJob) -> Job:
        """Record a job; it waits for a worker.

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
    async def newest(self, limit: int) -> Sequence[Job]:
        """Return the jobs that were added last, the newest first."""

    @abstractmethod
    async def claim(self, kinds: Collection[JobKind], *, worker: UUID, at: datetime, lapse: timedelta) -> Job | None:
        """Take the oldest job that waits, or whose worker has shown no life for ``lapse``; None if there is none.

        Of workers that ask at the same time, no two get the same job. A heartbeat from the future counts as lapsed too.
        """

    @abstractmethod
    async def beat(self, id: UUID, *, worker: UUID, at: datetime, progress: float | None = None) -> bool:
        """Show that the worker lives, and how far it is. False if the job is not the worker's any more."""

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

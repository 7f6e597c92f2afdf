"""Jobs: work that is done in the background, and its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from domain.errors import PromotionRefused

MOST_ATTEMPTS: Final = 3
"""Processes that may begin a job; after so many have died with it, it has failed."""


class JobKind(StrEnum):
    """Kind of work that a job does."""

    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    SCORING = "scoring"


class JobState(StrEnum):
    """State of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Return whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The progress of a job.

    Args:
        share: share of the work that is done, 0 to 1; None if it is not known.
        rows: number of rows of a file that were read; 0 for other work.
        bad: number of these rows without an answer.
    """

    share: float | None = None
    rows: int = 0
    bad: int = 0


OnProgress: TypeAlias = Callable[[JobProgress], None]


@dataclass(frozen=True, slots=True)
class JobProblem:
    """The reason why a job failed.

    Args:
        error: name of the domain's error; empty for an unexpected one.
        detail: the text of the error.
    """

    error: str
    detail: str

    @property
    def is_refusal(self) -> bool:
        """Return whether the gate refused a promotion."""
        return self.error == PromotionRefused.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is not recorded yet.

    Args:
        kind: the kind of the job.
        task: the task as a JSON object.
        owner: owner of the job, see `Caller`.
        created_at: time of the request, in UTC.
        slot: a name of which at most one job is under way at a time; None for no such limit.
        place: the folder that holds the job's files, see `JobFiles`: only processes with that folder work on the job.
            None for a job without files, which any process may work on.
    """

    kind: JobKind
    task: Mapping[str, object]
    owner: str
    created_at: datetime
    slot: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(NewJob):
    """A recorded job.

    Args:
        id: a UUIDv7.
        state: the state of the job.
        progress: the progress; None if there is none.
        result: the result as a JSON object; None before it is done.
        problem: the reason of its failure; None if it has not failed.
        started_at: time at which a process first began it, in UTC.
        ended_at: time at which it was done, failed or was cancelled, in UTC.
        attempts: number of processes that have begun it.
        erased_at: time at which its files were erased, in UTC; None before, and for a job without files.
    """

    id: UUID
    state: JobState = JobState.WAITING
    progress: JobProgress = JobProgress()
    result: Mapping[str, object] | None = None
    problem: JobProblem | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    erased_at: datetime | None = None

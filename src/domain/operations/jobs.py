"""Jobs: slow work that is asked for now, done in the background, and looked after meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import PromotionRefused

MOST_ATTEMPTS: Final = 3
"""A job that so many processes began, and none of which lived to end it, is not begun again."""


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
    """How far a job is.

    Args:
        share: of the work that is done, 0 to 1; None where nobody can tell.
        rows: of a file that were read so far; 0 for other work.
        bad: rows among them that could not be answered.
    """

    share: float | None = None
    rows: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class JobProblem:
    """The reason why a job failed.

    Args:
        error: name of the domain's error; empty for an unexpected one.
        detail: its text.
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
        kind: what it does.
        task: what exactly, as JSON has it.
        owner: who asked for it, see `Caller`.
        created_at: when, in UTC.
        slot: of all jobs that name the same one, no more than one is under way; None for no such limit.
        place: the folder that holds the job's files, see `JobFiles`: who has that folder works on the job. None for a
            job without files, which anybody may work on.
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
        state: how far it is.
        progress: how much of it is done.
        result: what came of it, as JSON has it; None before it is done.
        problem: why it failed; None unless it has.
        started_at: when a process first began it.
        ended_at: when it was done, failed or was cancelled.
        attempts: how many processes have begun it.
        erased_at: when its files were erased; None while they are there, and for a job without files.
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

"""Jobs: slow changes that are asked for now, made in the background, and looked after meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

MOST_ATTEMPTS: Final = 3
"""A job that so many processes began, and none of which lived to end it, is not begun again."""


class JobKind(StrEnum):
    """What a job does."""

    PROMOTION = "promotion"
    ROLLBACK = "rollback"


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class JobProblem:
    """Why a job failed: the name of the domain's error, empty for one that nobody foresaw, and its text."""

    error: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is not recorded yet.

    Args:
        kind: what it does.
        task: what exactly, as JSON has it.
        owner: who asked for it, see `Caller`.
        created_at: when, in UTC.
        slot: of all jobs that name the same one, no more than one is under way; None for no such limit.
    """

    kind: JobKind
    task: Mapping[str, object]
    owner: str
    created_at: datetime
    slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(NewJob):
    """A recorded job.

    Args:
        id: a UUIDv7.
        state: how far it is.
        progress: share that is done, 0 to 1; None where nobody can tell.
        result: what came of it, as JSON has it; None before it is done.
        problem: why it failed; None unless it has.
        started_at: when a process first began it.
        ended_at: when it was done, or failed.
        attempts: how many processes have begun it.
    """

    id: UUID
    state: JobState = JobState.WAITING
    progress: float | None = None
    result: Mapping[str, object] | None = None
    problem: JobProblem | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0

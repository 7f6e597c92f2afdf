"""Events of the service in one time line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.models.ledger import Change, LedgerEntry
from domain.operations.jobs import Job, JobState

REPEATED_WITHIN: Final = timedelta(minutes=1)
"""Several processes notice that the same part goes: their events within a minute count as one."""


class EventKind(StrEnum):
    """Kind of an event."""

    START = "start"
    DEPLOYMENT = "deployment"
    RESTART = "restart"
    AWAY = "away"
    BACK = "back"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    REFUSAL = "refusal"
    JOB_FAILED = "job_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of the service.

    Args:
        at: time of the event, in UTC.
        kind: the kind of the event.
        subject: the part of the service, the number of the version, or the kind of job that it is about.
        detail: the release or the reason; may be empty.
    """

    at: datetime
    kind: EventKind
    subject: str
    detail: str = ""


def of_ledger(entries: Iterable[LedgerEntry]) -> Sequence[Event]:
    """Return the promotions and rollbacks, each with its author before the reason."""
    kinds = {Change.PROMOTION: EventKind.PROMOTION, Change.ROLLBACK: EventKind.ROLLBACK}
    return [
        Event(at=entry.at, kind=kinds[entry.change], subject=str(entry.version), detail=f"{entry.by}: {entry.reason}")
        for entry in entries
    ]


def of_jobs(jobs: Iterable[Job]) -> Sequence[Event]:
    """Return the jobs that failed; one that the gate refused is a refusal."""
    return [
        Event(
            at=job.ended_at,
            kind=EventKind.REFUSAL if job.problem.is_refusal else EventKind.JOB_FAILED,
            subject=str(job.task.get("version", "")) if job.problem.is_refusal else job.kind.value,
            detail=job.problem.detail,
        )
        for job in jobs
        if job.state is JobState.FAILED and job.problem and job.ended_at
    ]


def time_line(events: Iterable[Event], *, since: datetime) -> Sequence[Event]:
    """Put events in order, the newest first; of repetitions by several processes, the first is kept."""
    last: dict[tuple[EventKind, str, str], datetime] = {}
    line: list[Event] = []
    for event in sorted(events, key=lambda by_time: by_time.at):
        content = (event.kind, event.subject, event.detail)
        before = last.get(content)
        if event.at >= since and (before is None or event.at - before > REPEATED_WITHIN):
            line.append(event)
            last[content] = event.at
    return line[::-1]

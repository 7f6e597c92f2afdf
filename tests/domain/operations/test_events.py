"""One time line of what several sources know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.models.ledger import Change, NewEntry, sealed
from domain.operations.events import Event, EventKind, of_jobs, of_ledger, time_line
from domain.operations.jobs import Job, JobKind, JobProblem, JobState

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_changes_of_the_champion_are_events() -> None:
    first = sealed(
        NewEntry(change=Change.PROMOTION, version=1, digest="d", replaces=None, at=NOON, by="ann", reason="gate"),
        after=None,
    )
    back = sealed(
        NewEntry(change=Change.ROLLBACK, version=2, digest="d", replaces=1, at=NOON + SECOND, by="bob", reason="slow"),
        after=first,
    )
    assert list(of_ledger([first, back])) == [
        Event(at=NOON, kind=EventKind.PROMOTION, subject="1", detail="ann: gate"),
        Event(at=NOON + SECOND, kind=EventKind.ROLLBACK, subject="2", detail="bob: slow"),
    ]


def job(problem: JobProblem | None, state: JobState = JobState.FAILED) -> Job:
    return Job(
        id=uuid4(), kind=JobKind.PROMOTION, task={"version": 7}, owner="key:1", created_at=NOON, state=state,
        problem=problem, ended_at=NOON + SECOND,
    )  # fmt: skip


def test_a_failed_job_is_an_event_and_a_refusal_is_told_by_its_version() -> None:
    jobs = [job(JobProblem("PromotionRefused", "worse")), job(JobProblem("", "died")), job(None, JobState.DONE)]
    assert list(of_jobs(jobs)) == [
        Event(at=NOON + SECOND, kind=EventKind.REFUSAL, subject="7", detail="worse"),
        Event(at=NOON + SECOND, kind=EventKind.JOB_FAILED, subject="promotion", detail="died"),
    ]


def test_the_line_has_the_newest_first_and_repetitions_of_a_minute_once() -> None:
    away = [
        Event(at=NOON + after * SECOND, kind=EventKind.AWAY, subject="model", detail="no answer")
        for after in (0, 5, 300)
    ]
    other = Event(at=NOON + 5 * SECOND, kind=EventKind.AWAY, subject="database", detail="no answer")
    old = Event(at=NOON - SECOND, kind=EventKind.START, subject="web")
    assert list(time_line([away[2], other, old, *away[:2]], since=NOON)) == [away[2], other, away[0]]

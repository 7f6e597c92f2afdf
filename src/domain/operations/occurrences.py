"""Occurrences for receivers of webhooks, derived from recorded jobs, ledger entries, verdicts and alarms.

The identifier of an occurrence follows from its content, so that every process derives the same one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from domain.models.ledger import Change, LedgerEntry
from domain.operations.jobs import Job, JobState
from domain.operations.webhooks import Occurrence, WebhookEvent

if TYPE_CHECKING:
    from domain.models.promotion import Verdict
    from domain.monitoring.alarms import Alarm

_NAMES: Final = UUID("4d6d7f6a-0d5e-4f0c-8a5e-5f2b0f3b7d21")


def of_jobs(jobs: Iterable[Job]) -> Iterator[Occurrence]:
    """Yield the jobs that ended; one that the gate refused is a refusal, too."""
    events = {JobState.DONE: WebhookEvent.JOB_DONE, JobState.FAILED: WebhookEvent.JOB_FAILED}
    for job in jobs:
        if job.ended_at is None or job.state not in events:
            continue
        data: dict[str, object] = {"id": str(job.id), "kind": job.kind.value}
        if job.problem:
            data["detail"] = job.problem.detail
        yield occurrence(events[job.state], job.ended_at, data, name=f"job {job.id}", owner=job.owner)
        if job.problem and job.problem.is_refusal:
            refusal = {"version": job.task.get("version"), "detail": job.problem.detail}
            yield occurrence(WebhookEvent.MODEL_REFUSED, job.ended_at, refusal, name=f"refusal {job.id}")


def of_ledger(entries: Iterable[LedgerEntry]) -> Iterator[Occurrence]:
    """Yield promotions and rollbacks."""
    events = {
        Change.PROMOTION: WebhookEvent.MODEL_PROMOTED, Change.ROLLBACK: WebhookEvent.MODEL_ROLLED_BACK
    }  # fmt: skip
    for entry in entries:
        data = {
            "version": entry.version,
            "digest": entry.digest,
            "replaces": entry.replaces,
            "by": entry.by,
            "reason": entry.reason,
        }
        yield occurrence(events[entry.change], entry.at, data, name=f"ledger {entry.seal}")


def of_refusals(refusals: Iterable[tuple[int, datetime, Verdict]]) -> Iterator[Occurrence]:
    """Yield the versions that the gate refused when they were trained."""
    for number, at, verdict in refusals:
        data = {"version": number, "detail": verdict.reasons}
        yield occurrence(WebhookEvent.MODEL_REFUSED, at, data, name=f"verdict {number} {at.isoformat()}")


def of_alarms(alarms: Iterable[Alarm]) -> Iterator[Occurrence]:
    """Yield the alarms, each as of its beginning."""
    for alarm in alarms:
        data = {"name": alarm.name, "since": alarm.since.isoformat()}
        name = f"alarm {alarm.name} {alarm.since.isoformat()}"
        yield occurrence(WebhookEvent.ALARM_RAISED, alarm.since, data, name=name)


def occurrence(
    event: WebhookEvent, at: datetime, data: Mapping[str, object], *, name: str, owner: str | None = None
) -> Occurrence:
    """Return an occurrence, whose identifier follows from the event and the name."""
    body = json.dumps({"type": event.value, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
    return Occurrence(id=uuid5(_NAMES, f"{event.value} {name}"), event=event, at=at, body=body, owner=owner)

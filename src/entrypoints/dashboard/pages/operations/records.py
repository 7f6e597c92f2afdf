"""What is on record beside the figures: events, jobs, and who used which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.access.keys import KeyUse
from domain.operations.audit import AuditAction
from domain.operations.events import EventKind
from domain.operations.jobs import JobState
from entrypoints.dashboard.elements import breaking, cell, element, paragraph, row, together
from entrypoints.dashboard.widgets import model_facts
from entrypoints.dashboard.widgets.recorded import recorded, translated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from application.operations.audit_changes import AuditPage
    from domain.monitoring.alarms import Alarm
    from domain.operations.audit import AuditEntry
    from domain.operations.events import Event
    from domain.operations.jobs import Job
    from entrypoints.dashboard.locale.speech import Words

MOST: Final = 50
"""Changes, events and jobs that are listed; the file of figures and the log have all."""
_BAD: Final = frozenset({EventKind.AWAY, EventKind.RESTART, EventKind.JOB_FAILED})
_VERSIONS: Final = frozenset({EventKind.PROMOTION, EventKind.ROLLBACK, EventKind.REFUSAL})
_CHANGES: Final = frozenset({EventKind.PROMOTION, EventKind.ROLLBACK})
_OF_VERSIONS: Final = frozenset({AuditAction.MODEL_PROMOTED, AuditAction.MODEL_ROLLED_BACK})


def events(line: Sequence[Event], words: Words) -> Markup:
    """List what happened, the newest first."""
    if not line:
        return paragraph(words("operations.events.none"), "empty")
    heads = [words(f"operations.events.{key}") for key in ("when", "what", "about", "detail")]
    rows = [
        row(
            words.moment(event.at),
            cell(
                model_facts.state(
                    "warned" if event.kind in _BAD else "unclear", words(f"operations.event.{event.kind}")
                ),
                data_head=heads[1],
            ),
            cell(_about(event, words), data_head=heads[2]),
            _detail(event, heads[3], words),
        )
        for event in line[:MOST]
    ]
    more = words("operations.events.more", shown=MOST, count=words.count(len(line)))
    table = model_facts.framed(words("operations.events"), heads, rows, "ledger")
    return together(table, paragraph(more, "hint") if len(line) > MOST else "")


def jobs(job_list: Sequence[Job], words: Words) -> Markup:
    """List jobs, the newest first."""
    if not job_list:
        return paragraph(words("operations.jobs.none"), "empty")
    heads = [words(f"operations.jobs.{key}") for key in ("when", "kind", "state", "by", "detail")]
    looks = {JobState.DONE: "passed", JobState.FAILED: "refused"}
    rows = [
        row(
            words.moment(job.created_at),
            cell(_what(job, words), data_head=heads[1]),
            cell(
                model_facts.state(looks.get(job.state, "unclear"), words(f"operations.jobs.{job.state}")),
                data_head=heads[2],
            ),
            cell(job.owner, data_head=heads[3]),
            recorded(job.problem.detail if job.problem else "", heads[4], words),
        )
        for job in job_list[:MOST]
    ]
    return model_facts.framed(words("operations.jobs"), heads, rows, "ledger")


def keys(key_uses: Sequence[KeyUse], now: datetime, words: Words) -> Markup:
    """List keys, with when each was last used."""
    if not key_uses:
        return paragraph(words("operations.keys.none"), "empty")
    heads = [words(f"operations.keys.{key}") for key in ("name", "role", "used", "state")]
    rows = [
        row(
            key_use.name,
            cell(words(f"operations.keys.{key_use.role}"), data_head=heads[1]),
            cell(
                words.moment(key_use.used_at) if key_use.used_at else words("operations.keys.never"), data_head=heads[2]
            ),
            cell(_standing(key_use, now, words), data_head=heads[3]),
        )
        for key_use in key_uses
    ]
    return model_facts.framed(words("operations.keys"), heads, rows, "checks")


def audit(page: AuditPage, words: Words) -> Markup:
    """List who changed what, the newest first."""
    if not page.entries:
        return paragraph(words("operations.audit.none"), "empty")
    heads = [words(f"operations.audit.{key}") for key in ("when", "who", "what", "about", "detail")]
    rows = [
        row(
            words.moment(entry.at),
            cell(entry.by, data_head=heads[1]),
            cell(
                model_facts.state(
                    "refused" if entry.problem else "unclear", words(f"operations.audited.{entry.action.name.lower()}")
                ),
                data_head=heads[2],
            ),
            cell(
                words("operations.event.version", version=entry.subject)
                if entry.action in _OF_VERSIONS
                else breaking(entry.subject, "/"),
                data_head=heads[3],
            ),
            _outcome(entry, heads[4], words),
        )
        for entry in page.entries
    ]
    more = paragraph(words("operations.audit.more", shown=len(rows)), "hint") if page.next else ""
    return together(model_facts.framed(words("operations.audit"), heads, rows, "ledger"), more)


def _outcome(entry: AuditEntry, head: str, words: Words) -> Markup:
    """Return as a cell why a change failed, or its detail; the name of a key is no sentence of ours."""
    if entry.problem:
        problem = translated(entry.problem, words) or entry.problem
        return cell(words("operations.audit.failed", problem=problem), data_head=head)
    if entry.action is AuditAction.KEY_REVOKED:
        return cell(entry.detail, data_head=head)
    return recorded(entry.detail, head, words)


def alarm(raised: Alarm, words: Words) -> Markup:
    """Say what is wrong, since when, by which rule, and who has seen it."""
    about = raised.about
    if raised.rule == "drift":
        about = words.named(about) if about in words.schema.by_name else words.or_else(f"operations.fit.{about}", about)
    elif raised.rule == "coverage":
        about = model_facts.group(about, words)
    title = words(f"operations.alarm.{raised.rule}", about=about)
    seen = raised.seen
    noted = (
        words("operations.alarm.seen", by=seen.by, at=words.moment(seen.at))
        if seen
        else words("operations.alarm.unseen")
    )
    sentence = words("operations.alarm.since", since=words.moment(raised.since))
    rule = words(f"operations.alarm.{raised.rule}.rule")
    text = element("b", title)
    return element("p", text, f" {sentence} {rule} {noted}", classes="notice warn" if seen else "notice bad")


def _what(job: Job, words: Words) -> str:
    kind, version = words.or_else(f"operations.job.{job.kind}", job.kind.value), job.task.get("version")
    return f"{kind}, {words('operations.event.version', version=version)}" if version else kind


def _about(event: Event, words: Words) -> str:
    if event.kind in _VERSIONS:
        return words("operations.event.version", version=event.subject) if event.subject else ""
    if event.kind is EventKind.JOB_FAILED:
        return words.or_else(f"operations.job.{event.subject}", event.subject)
    return words.or_else(f"operations.part.{event.subject}", event.subject)


def _detail(event: Event, head: str, words: Words) -> Markup:
    """Return the detail as a cell; that of a change of the champion begins with the name of its author."""
    author, colon, reason = event.detail.partition(": ") if event.kind in _CHANGES else ("", "", event.detail)
    return recorded(reason, head, words, by=author + colon)


def _standing(key_use: KeyUse, now: datetime, words: Words) -> Markup:
    if key_use.revoked_at is not None:
        return model_facts.state("refused", words("operations.keys.revoked"))
    if key_use.expires_at is not None and key_use.expires_at <= now:
        return model_facts.state("warned", words("operations.keys.expired"))
    return model_facts.state("passed", words("operations.keys.valid"))

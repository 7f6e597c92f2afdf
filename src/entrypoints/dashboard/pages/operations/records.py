"""What is on record beside the figures: events, jobs, and who used which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.access.keys import KeyUse
from domain.operations.events import EventKind
from domain.operations.jobs import JobState
from entrypoints.dashboard.elements import cell, element, paragraph, row, together
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from domain.monitoring.alarms import Alarm
    from domain.operations.events import Event
    from domain.operations.jobs import Job
    from entrypoints.dashboard.locale.speech import Words

_MOST: Final = 50
"""Events and jobs that are listed; the file of figures and the log have all."""
_BAD: Final = frozenset({EventKind.AWAY, EventKind.RESTART, EventKind.JOB_FAILED})
_VERSIONS: Final = frozenset({EventKind.PROMOTION, EventKind.ROLLBACK, EventKind.REFUSAL})


def events(line: Sequence[Event], words: Words) -> Markup:
    """List what happened, the newest first."""
    if not line:
        return paragraph(words("operations.events.none"), "empty")
    heads = [words(f"operations.events.{key}") for key in ("when", "what", "about", "detail")]
    rows = [
        row(
            words.moment(one.at),
            cell(
                model_facts.state("warned" if one.kind in _BAD else "unclear", words(f"operations.event.{one.kind}")),
                data_head=heads[1],
            ),
            cell(_about(one, words), data_head=heads[2]),
            cell(one.detail, data_head=heads[3], lang="en"),
        )
        for one in line[:_MOST]
    ]
    more = words("operations.events.more", shown=_MOST, count=words.count(len(line)))
    table = model_facts.framed(words("operations.events"), heads, rows, "ledger")
    return together(table, paragraph(more, "hint") if len(line) > _MOST else "")


def jobs(found: Sequence[Job], words: Words) -> Markup:
    """List jobs, the newest first."""
    if not found:
        return paragraph(words("operations.jobs.none"), "empty")
    heads = [words(f"operations.jobs.{key}") for key in ("when", "kind", "state", "by", "detail")]
    looks = {JobState.DONE: "passed", JobState.FAILED: "refused"}
    rows = [
        row(
            words.moment(one.created_at),
            cell(words.or_else(f"operations.job.{one.kind}", one.kind.value), data_head=heads[1]),
            cell(
                model_facts.state(looks.get(one.state, "unclear"), words(f"operations.jobs.{one.state}")),
                data_head=heads[2],
            ),
            cell(one.owner, data_head=heads[3]),
            cell(one.problem.detail if one.problem else "", data_head=heads[4], lang="en"),
        )
        for one in found[:_MOST]
    ]
    return model_facts.framed(words("operations.jobs"), heads, rows, "ledger")


def keys(found: Sequence[KeyUse], now: datetime, words: Words) -> Markup:
    """List keys, with when each was last used."""
    if not found:
        return paragraph(words("operations.keys.none"), "empty")
    heads = [words(f"operations.keys.{key}") for key in ("name", "role", "used", "state")]
    rows = [
        row(
            one.name,
            cell(words(f"operations.keys.{one.role}"), data_head=heads[1]),
            cell(words.moment(one.used_at) if one.used_at else words("operations.keys.never"), data_head=heads[2]),
            cell(_standing(one, now, words), data_head=heads[3]),
        )
        for one in found
    ]
    return model_facts.framed(words("operations.keys"), heads, rows, "checks")


def alarm(one: Alarm, words: Words) -> Markup:
    """Say what is wrong, since when, by which rule, and who has seen it."""
    about = one.about
    if one.rule == "drift":
        about = words.named(about) if about in words.schema.by_name else words.or_else(f"operations.fit.{about}", about)
    elif one.rule == "coverage":
        about = model_facts.group(about, words)
    title = words(f"operations.alarm.{one.rule}", about=about)
    seen = one.seen
    noted = (
        words("operations.alarm.seen", by=seen.by, at=words.moment(seen.at))
        if seen
        else words("operations.alarm.unseen")
    )
    said = words("operations.alarm.since", since=words.moment(one.since))
    rule = words(f"operations.alarm.{one.rule}.rule")
    text = element("b", title)
    return element("p", text, f" {said} {rule} {noted}", classes="notice warn" if seen else "notice bad")


def _about(one: Event, words: Words) -> str:
    if one.kind in _VERSIONS:
        return words("operations.event.version", version=one.subject) if one.subject else ""
    if one.kind is EventKind.JOB_FAILED:
        return words.or_else(f"operations.job.{one.subject}", one.subject)
    return words.or_else(f"operations.part.{one.subject}", one.subject)


def _standing(one: KeyUse, now: datetime, words: Words) -> Markup:
    if one.revoked_at is not None:
        return model_facts.state("refused", words("operations.keys.revoked"))
    if one.expires_at is not None and one.expires_at <= now:
        return model_facts.state("warned", words("operations.keys.expired"))
    return model_facts.state("passed", words("operations.keys.valid"))

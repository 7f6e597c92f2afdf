"""`medcost audit`: who changed what."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.markup import escape

from application.operations.audit_changes import ReviewAudit
from entrypoints.cli.opened import opened
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, Whole
from entrypoints.cli.output import print_json, stdout
from entrypoints.cli.tables import table


def audit(
    *,
    limit: Annotated[Whole, Parameter(validator=Number(gte=1, lte=10_000))] = 50,
    cursor: UUID | None = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Show who changed what, newest first: keys, passwords, models, webhooks, alarms, jobs, schemas and backups.

    For example:

        medcost audit

        medcost audit --limit 500 --json

    Parameters
    ----------
    limit
        How many changes at most.
    cursor
        Only changes before this one: `next` of the page before, as --json has it.
    """
    with opened(home, profile) as session:
        page = session.run(session.get(ReviewAudit)(limit, before=cursor))
    if json:
        names = ("id", "at", "by", "action", "subject", "detail", "problem")
        entries = [{name: getattr(entry, name) for name in names} for entry in page.entries]
        print_json(
            {"entries": [{**entry, "problem": entry["problem"] or None} for entry in entries], "next": page.next}
        )
        return
    changes = table("when", "who", "what", "of what", "details", lines=True)
    for entry in page.entries:
        detail = f"{entry.detail} (failed: {entry.problem})" if entry.problem else entry.detail
        cells = (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.by, entry.action.value, entry.subject, detail)
        changes.add_row(*map(escape, cells))
    stdout().print(changes)
    if page.next:
        stdout().print(f"Earlier changes: medcost audit --cursor {page.next}")

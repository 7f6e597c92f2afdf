"""`medcost db`: migrations of the database, and the policy of age."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from rich.progress import Progress

from domain.errors import ConfigurationError
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.composition.settings import load

app = App(name="db", help="The database: upgrade, current, prune, proof.")


@app.command
def upgrade(*, grants: Path | None = None, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Upgrade the database to this release's schema; an up-to-date database is not changed.

    The facts' schema (the setting MEDCOST_SCHEMA, otherwise the home's own) is taken over, with an index for each
    choice and flag. If stored predictions would change their meaning, nothing is changed.

    Parameters
    ----------
    grants
        SQL file with the grants of each table; it runs after each upgrade.
    """
    from entrypoints.composition.database import upgrade_schema  # Alembic takes half a second

    settings = load({"home": home, "profile": profile})
    upgraded = asyncio.run(upgrade_schema(settings, grants))
    for change in upgraded.changes:
        stdout().print(f"schema taken over: {change}")
    stdout().print(f"schema {upgraded.revision}")


@app.command
def current(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Show the migration that the database is at, and the newest migration."""
    from entrypoints.composition.database import schema

    revision, head, trouble = asyncio.run(schema(load({"home": home, "profile": profile})))
    if json:
        print_json({"current": revision, "head": head})
    else:
        stdout().print(f"{revision or 'no schema'}" + (f", newest is {head}: {trouble}" if trouble else ""))


@app.command
def prune(
    *,
    older_than: timedelta | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Erase predictions older than the policy, and idempotency keys that have expired.

    Of each prediction erased, its identifier, the time and the reason stay as a proof (`medcost db proof`).

    Examples:
        medcost db prune --older-than 365d --dry-run
        MEDCOST_RETENTION_DAYS=365 medcost db prune

    Parameters
    ----------
    older_than
        Age from which a prediction is erased, as 365d or 12h (default: the setting retention_days); 0 erases none.
    dry_run
        Only count.
    """
    from application.costs.prune_predictions import PrunePredictions
    from entrypoints.composition.records import records_container
    from entrypoints.hosting.session import session

    settings = load({"home": home, "profile": profile})
    age = timedelta(days=settings.retention_days) if older_than is None else older_than
    if age < timedelta():
        message = "--older-than must not be negative"
        raise ConfigurationError(message)
    with session(settings, lambda: records_container(settings)) as opened:
        work = opened.get(PrunePredictions)
        old = opened.run(work.too_old(age)) if age else 0
        if dry_run:
            print_json({"too_old": old}) if json else stdout().print(f"{old} predictions would be erased")
            return
        with Progress(console=stderr(), disable=not stderr().is_terminal) as bar:
            task = bar.add_task("erasing", total=old)
            pruned = opened.run(work(age or None, progress=lambda step: bar.advance(task, step)))
    if json:
        print_json({"erased": pruned.predictions, "keys_forgotten": pruned.keys})
    else:
        stdout().print(f"{pruned.predictions} predictions erased, {pruned.keys} expired idempotency keys forgotten")


@app.command
def proof(id: UUID, /, *, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Show when and why a prediction was erased.

    Parameters
    ----------
    id
        The prediction's identifier.
    """
    from application.costs.review_predictions import FindErasure
    from entrypoints.composition.records import records_container
    from entrypoints.hosting.session import session

    settings = load({"home": home, "profile": profile})
    with session(settings, lambda: records_container(settings)) as opened:
        erasure = opened.run(opened.get(FindErasure)(id))
    if json:
        print_json(erasure)
    else:
        stdout().print(
            f"{erasure.prediction_id} was erased at {erasure.erased_at:%Y-%m-%d %H:%M:%S} UTC ({erasure.reason})"
        )

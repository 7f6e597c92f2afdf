"""`medcost db`: migrations of the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cyclopts import App

from entrypoints.cli.output import answer, print_json
from entrypoints.wiring.settings import Profile, load

app = App(name="db", help="Migrations of the database: upgrade, current.")


@app.command
def upgrade(*, home: Path | None = None, profile: Profile | None = None) -> None:
    """Bring the schema up to date; where it is already, nothing is changed.

    Parameters
    ----------
    home
        Folder of all state (default .medcost).
    profile
        Which parts are used.
    """
    from entrypoints.wiring.database import upgrade_schema  # noqa: PLC0415  # Alembic takes half a second

    settings = load({"home": home, "profile": profile})
    answer().print(f"schema {asyncio.run(upgrade_schema(settings))}")


@app.command
def current(*, home: Path | None = None, profile: Profile | None = None, json: bool = False) -> None:
    """Show which migration the database is at, and which is the newest.

    Parameters
    ----------
    home
        Folder of all state (default .medcost).
    profile
        Which parts are used.
    json
        Print one JSON document.
    """
    from entrypoints.wiring.database import schema  # noqa: PLC0415

    found, head = asyncio.run(schema(load({"home": home, "profile": profile})))
    if json:
        print_json({"current": found, "head": head})
    else:
        answer().print(f"{found or 'no schema'}" + ("" if found == head else f", newest is {head}: medcost db upgrade"))

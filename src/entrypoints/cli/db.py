"""`medcost db`: migrations of the database."""

from __future__ import annotations

import asyncio

from cyclopts import App

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import answer, print_json
from entrypoints.wiring.settings import load

app = App(name="db", help="Migrations of the database: upgrade, current.")


@app.command
def upgrade(*, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Bring the schema up to date; where it is already, nothing is changed."""
    from entrypoints.wiring.database import upgrade_schema  # Alembic takes half a second

    settings = load({"home": home, "profile": profile})
    answer().print(f"schema {asyncio.run(upgrade_schema(settings))}")


@app.command
def current(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Show which migration the database is at, and which is the newest."""
    from entrypoints.wiring.database import schema

    found, head = asyncio.run(schema(load({"home": home, "profile": profile})))
    if json:
        print_json({"current": found, "head": head})
    else:
        answer().print(f"{found or 'no schema'}" + ("" if found == head else f", newest is {head}: medcost db upgrade"))

"""`medcost status` and `medcost down`: what of a home runs, and stopping it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from entrypoints.cli.options import AsJson, HomeFolder
from entrypoints.cli.output import answer, print_json
from entrypoints.composition.settings import load
from entrypoints.hosting.running import status_of, stop_home

if TYPE_CHECKING:
    from entrypoints.hosting.running import HomeStatus


def status(*, home: HomeFolder = None, json: AsJson = False) -> None:
    """Show what of this home runs, where, since when."""
    found = status_of(load({"home": home}))
    if json:
        print_json(found)
    else:
        answer().print(_table(found) if found.parts else f"Nothing of {found.home} runs. Start it with `medcost up`.")


def down(*, home: HomeFolder = None) -> None:
    """Stop what of this home runs."""
    stopped = stop_home(load({"home": home}))
    answer().print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


def _table(found: HomeStatus) -> Table:
    state = "ready" if found.ready else "up, not ready yet" if found.up else "not up"
    table = Table(title=f"{found.home}: {state} {found.url}".rstrip(), title_justify="left")
    for column in ("part", "state", "process", "address", "since", "restarts"):
        table.add_column(column, overflow="fold")
    for part in found.parts:
        running = "[green]running[/]" if part.running else "[red]gone[/]"
        since = part.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        table.add_row(part.name, running, str(part.pid), part.address, since, str(part.restarts))
    return table

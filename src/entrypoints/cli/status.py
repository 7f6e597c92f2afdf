"""The commands `medcost status` and `medcost down`: show and stop the processes of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from entrypoints.cli.options import AsJson, HomeFolder
from entrypoints.cli.output import print_json, stdout
from entrypoints.cli.tables import folded, table
from entrypoints.composition.settings import load
from entrypoints.hosting.running import status_of, stop_home

if TYPE_CHECKING:
    from entrypoints.hosting.running import HomeStatus


def status(*, home: HomeFolder = None, json: AsJson = False) -> None:
    """Show the running processes of this home, their addresses and start times."""
    home_status = status_of(load({"home": home}))
    if json:
        print_json(home_status)
    else:
        stdout().print(
            _table(home_status)
            if home_status.parts
            else f"Nothing of {home_status.home} runs. Start it with `medcost up`."
        )


def down(*, home: HomeFolder = None) -> None:
    """Stop the processes of this home."""
    stopped = stop_home(load({"home": home}))
    stdout().print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


def _table(home_status: HomeStatus) -> Table:
    state = "ready" if home_status.ready else "up, not ready yet" if home_status.up else "not up"
    title = f"{home_status.home}: {state} {home_status.url}".rstrip()
    parts = table(*folded("part", "state", "process", "address", "since", "restarts"), title=title, lines=True)
    for part in home_status.parts:
        running = "[green]running[/]" if part.running else "[red]gone[/]"
        since = part.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        parts.add_row(part.name, running, str(part.pid), part.address, since, str(part.restarts))
    return parts

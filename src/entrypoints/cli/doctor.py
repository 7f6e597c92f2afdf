"""`medcost doctor`: what is wrong, and what to do."""

from __future__ import annotations

import asyncio
import sys

import msgspec
from rich.console import Console
from rich.table import Table

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.wiring.diagnosis import diagnose
from entrypoints.wiring.settings import load

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Say of each part whether it is reachable, what is wrong, and what to do. Exit status 1 if something is."""
    found = asyncio.run(diagnose(load({"home": home, "profile": profile})))
    well = all(finding.state != "failed" for finding in found)
    if json:
        print(msgspec.json.encode({"ok": well, "findings": found}).decode())  # noqa: T201  # the command's answer
    else:
        table = Table(box=None, pad_edge=False)
        for column in ("part", "state", "what", "what to do"):
            table.add_column(column, overflow="fold")
        for one in found:
            table.add_row(one.part, f"[{_COLOURS[one.state]}]{one.state}[/]", one.detail, one.remedy)
        Console().print(table)
    if not well:
        sys.exit(1)

"""The command `medcost doctor`: the state of each part and what to do about it."""

from __future__ import annotations

import asyncio
import sys

from rich.table import Table

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, stdout
from entrypoints.composition.diagnosis import diagnosis
from entrypoints.composition.settings import load
from entrypoints.hosting.running_check import RunningCheck

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Say of each part whether it is reachable, what is wrong, and what to do. Exit status 1 if something is."""
    settings = load({"home": home, "profile": profile})
    findings = asyncio.run(diagnosis(settings, running=RunningCheck(settings))())
    well = all(finding.state != "failed" for finding in findings)
    if json:
        print_json({"ok": well, "findings": findings})
    else:
        table = Table(box=None, pad_edge=False)
        for column in ("part", "state", "what", "what to do"):
            table.add_column(column, overflow="fold")
        for finding in findings:
            table.add_row(
                finding.part, f"[{_COLOURS[finding.state]}]{finding.state}[/]", finding.detail, finding.remedy
            )
        stdout().print(table)
    if not well:
        sys.exit(1)

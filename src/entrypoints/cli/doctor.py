"""The command `medcost doctor`: the state of each part and what to do about it."""

from __future__ import annotations

import asyncio
import sys

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, stdout
from entrypoints.cli.tables import folded, table
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
        parts = table(*folded("part", "state", "what", "what to do"))
        for finding in findings:
            parts.add_row(
                finding.part, f"[{_COLOURS[finding.state]}]{finding.state}[/]", finding.detail, finding.remedy
            )
        stdout().print(parts)
    if not well:
        sys.exit(1)

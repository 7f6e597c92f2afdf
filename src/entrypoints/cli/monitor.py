"""The command `medcost monitor`: drift and outcomes of the champion."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.table import Table

from domain.monitoring.level import LEVEL, LevelState
from entrypoints.cli.drift_table import drift_table
from entrypoints.cli.opened import opened_for_monitoring
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import money, print_json, stdout
from entrypoints.cli.tables import right, table

if TYPE_CHECKING:
    from rich.console import Console

    from domain.monitoring.level import CostLevel
    from domain.monitoring.report import MonitoringReport

app = App(name="monitor", help="Check whether the champion still fits the people who ask and their real costs.")


@app.command
def run(
    *,
    window: Annotated[timedelta, Parameter(show_default=lambda window: f"{window.days}d")] = timedelta(days=30),
    fail_on_alarm: Annotated[bool, Parameter(negative="")] = False,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Compare the champion's newest predictions with its training data and with reported outcomes; store the report.

    The report is stored in the database; `/metrics` of the API exposes the newest report to Prometheus.
    An alarm is no failure: the exit status is 0 unless --fail-on-alarm is given.

    For example:

        medcost monitor run

        medcost monitor run --window 7d --json

        medcost monitor run --fail-on-alarm || echo "train anew"

    Parameters
    ----------
    window
        How far back to look, as 30d or 12h: predictions made, and outcomes recorded, since then.
    fail_on_alarm
        Exit status 1 if anything has changed, for pipelines.
    """
    from application.monitoring.monitor_champion import MonitorChampion  # scikit-learn takes seconds

    with opened_for_monitoring(home, profile, window) as session:
        report = session.run(session.get(MonitorChampion)(window))
    if json:
        print_json(_document(report))
    else:
        _show(report, stdout())
    if fail_on_alarm and report.alarms:
        sys.exit(1)


def _document(report: MonitoringReport) -> dict[str, object]:
    groups = [{**asdict(group), "coverage": group.coverage} for group in report.groups]
    return {**asdict(report), "groups": groups, "alarms": report.alarms}


def _show(report: MonitoringReport, console: Console) -> None:
    console.print(
        f"Version {report.model.version} since {report.since:%Y-%m-%d %H:%M} UTC: {report.predictions:,} predictions, "
        f"{report.outcomes:,} outcomes, beside {report.reference_rows:,} rows of its training data"
    )
    if report.columns:
        console.print(drift_table("What came in, and what was learnt from", report.columns))
    if report.groups:
        console.print(_groups(report))
    if report.level:
        console.print(_level(report.level))
    if not (report.columns or report.groups):
        console.print("Too few to compare.")
    console.print(f"[yellow]Alarm: {', '.join(report.alarms)}[/]" if report.alarms else "No alarm.")


def _level(level: CostLevel) -> str:
    """Return a sentence on the ratio of predicted to observed cost, and whether it has shifted."""
    seen = f"{level.outcomes:,} outcomes since {level.since:%Y-%m-%d}"
    if level.ratio is None or level.high is None:
        return f"Cost level: cannot be told from {seen}; about {level.needed:,} more are needed"
    judgements = {
        LevelState.HOLDS: f"within {LEVEL[0]} to {LEVEL[1]}",
        LevelState.SHIFTED: f"[yellow]outside {LEVEL[0]} to {LEVEL[1]}[/]",
        LevelState.UNCLEAR: f"cannot be told yet, about {level.needed:,} more outcomes are needed",
    }
    return (
        f"Cost level: predicted over observed {level.ratio:.3f} ({level.low:.3f} to {level.high:.3f}, {seen}): "
        + judgements[level.state]
    )


def _groups(report: MonitoringReport) -> Table:
    numbers = right("outcomes", "coverage", "when made", "p (Holm)", "bias", "typical MAE")
    groups = table("group", *numbers, "", title="How predictions came out")
    for group in report.groups:
        groups.add_row(
            group.group, f"{group.outcomes:,}", f"{group.coverage:.3f}", f"{group.before:.3f}",
            f"{group.adjusted_p:.2g}", f"{group.bias:+,.0f}", money(group.typical_mae),
            "[yellow]short[/]" if group.short else "few" * group.few,
        )  # fmt: skip
    return groups

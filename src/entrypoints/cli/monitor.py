"""`medcost monitor`: does the champion still fit?"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.table import Table

from domain.errors import ConfigurationError
from entrypoints.cli.drift_table import drift_table
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import answer, print_json, usd
from entrypoints.wiring.settings import load

if TYPE_CHECKING:
    from rich.console import Console

    from domain.monitoring import MonitoringReport

app = App(name="monitor", help="Does the champion still fit those who ask, and what their years cost?")


@app.command
def run(
    *,
    window: Annotated[timedelta, Parameter(show_default=lambda age: f"{age.days}d")] = timedelta(days=30),
    fail_on_alarm: Annotated[bool, Parameter(negative="")] = False,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Compare the champion's newest answers with its training data, and with outcomes that came in; keep the report.

    The report goes to the database; `/metrics` of the API shows the newest one to Prometheus.
    Runs end with status 0 also where there is an alarm: that is news, no failure.

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
    from application.monitor_champion import MonitorChampion  # scikit-learn takes seconds
    from entrypoints.wiring.monitoring import monitoring_container
    from entrypoints.wiring.session import session

    if window <= timedelta():
        message = "--window must be positive"
        raise ConfigurationError(message)
    settings = load({"home": home, "profile": profile})
    with session(settings, lambda: monitoring_container(settings)) as opened:
        report = opened.run(opened.get(MonitorChampion)(window))
    if json:
        print_json(_document(report))
    else:
        _show(report, answer())
    if fail_on_alarm and report.alarms:
        sys.exit(1)


def _document(report: MonitoringReport) -> dict[str, object]:
    groups = [{**asdict(one), "coverage": one.coverage} for one in report.groups]
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
    if not (report.columns or report.groups):
        console.print("Too few to compare.")
    console.print(f"[yellow]Alarm: {', '.join(report.alarms)}[/]" if report.alarms else "No alarm.")


def _groups(report: MonitoringReport) -> Table:
    table = Table(title="How predictions came out; money in USD", title_justify="left", box=None, pad_edge=False)
    for name in ("group", "outcomes", "coverage", "when made", "p (Holm)", "bias", "typical MAE", ""):
        table.add_column(name, justify="left" if name in ("group", "") else "right")
    for one in report.groups:
        table.add_row(
            one.group, f"{one.outcomes:,}", f"{one.coverage:.3f}", f"{one.before:.3f}",
            f"{one.adjusted_p:.2g}", f"{one.bias:+,.0f}", usd(one.typical_mae), "[yellow]short[/]" if one.short else "",
        )  # fmt: skip
    return table

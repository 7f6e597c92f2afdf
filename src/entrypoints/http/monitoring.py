"""What Prometheus may know of the newest monitoring report. The process that made it has ended: the API tells of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client import Gauge

from domain.errors import NoChampion, Unavailable

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from domain.monitoring import MonitoringReport
    from domain.ports.ledger import ModelLedger
    from domain.ports.monitoring import MonitoringReports

_SELDOM: Final = 60.0
"""Seconds for which a report is the newest, and a champion the present one: there is one report a day."""


class MonitoringGauges:
    """Gauges of the newest report.

    None of its columns and groups, and no alarm, before there is one, nor once another model has become champion: they
    would wake somebody for what was replaced. Its time and version stay.
    """

    def __init__(self, registry: CollectorRegistry, *, seldom: float = _SELDOM) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"medcost_monitoring_{name}", what, labels, registry=registry)

        self._seldom = seldom
        self._look_again = 0.0
        self._at = gauge("report_timestamp_seconds", "Time of the newest report, 0 if there is none")
        self._version = gauge("model_version", "Version that it is about")
        self._alarms = gauge("alarms", "Columns that have drifted, groups covered too seldom; 0 once it is replaced")
        self._predictions = gauge("predictions", "Predictions it looked at")
        self._outcomes = gauge("outcomes", "Outcomes it looked at")
        self._psi = gauge("psi", "Population stability index beside the training data", "column")
        self._p = gauge("adjusted_p", "Chance of such a difference where nothing has changed (Holm)", "column")
        self._drifted = gauge("drifted", "1 if the column has drifted", "column")
        self._coverage = gauge("coverage_ratio", "Share of outcomes in the published range", "group")
        self._short = gauge("coverage_short", "1 if coverage has fallen below what was promised", "group")
        self._bias = gauge("bias_usd", "Expected minus real cost, on average", "group")
        self._error = gauge("typical_absolute_error_usd", "Mean distance of the typical from the real cost", "group")

    async def refresh(self, reports: MonitoringReports, ledger: ModelLedger) -> None:
        """Look for a newer report, or another champion, seldom. While the database is away, what was known stays."""
        if time.monotonic() < self._look_again:
            return
        self._look_again = time.monotonic() + self._seldom
        try:
            report = await reports.newest()
            champion = (await ledger.champion()).reference
        except (NoChampion, Unavailable):
            return
        if report:
            self._show(report, present=report.model == champion)

    def _show(self, report: MonitoringReport, *, present: bool) -> None:
        self._at.set(report.at.timestamp())
        self._version.set(report.model.version)
        self._alarms.set(len(report.alarms) if present else 0)
        self._predictions.set(report.predictions)
        self._outcomes.set(report.outcomes)
        # what is not told of now must not stand there from before
        for one in (self._psi, self._p, self._drifted, self._coverage, self._short, self._bias, self._error):
            one.clear()
        if not present:
            return
        for column in report.columns:
            self._psi.labels(column.column).set(column.psi)
            self._p.labels(column.column).set(column.adjusted_p)
            self._drifted.labels(column.column).set(column.drifted)
        for group in report.groups:
            self._coverage.labels(group.group).set(group.coverage)
            self._short.labels(group.group).set(group.short)
            self._bias.labels(group.group).set(group.bias)
            self._error.labels(group.group).set(group.typical_mae)

"""Prometheus metrics of the newest monitoring report, which the API exposes because the monitoring command ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client import Gauge

from domain.errors import NoChampion, Unavailable
from domain.monitoring.level import LevelState

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from domain.monitoring.report import MonitoringReport
    from domain.ports.ledger import ModelLedger
    from domain.ports.monitoring import MonitoringReports

_SELDOM: Final = 60.0
"""Seconds for which the newest report and the champion are cached: there is one report a day."""


class MonitoringGauges:
    """Gauges of the newest report.

    Columns, groups and alarms are not exposed before the first report, nor after another model has become champion: an
    alarm about a replaced model would wake somebody for nothing. The report's time and version stay.
    """

    def __init__(self, registry: CollectorRegistry, *, seldom: float = _SELDOM) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"medcost_monitoring_{name}", what, labels, registry=registry)

        self._seldom = seldom
        self._look_again = 0.0
        self._at = gauge("report_timestamp_seconds", "Time of the newest report, 0 if there is none")
        self._version = gauge("model_version", "Version that it is about")
        self._alarms = gauge("alarms", "Columns that drifted, groups covered too seldom, cost level; 0 once replaced")
        self._predictions = gauge("predictions", "Predictions it looked at")
        self._outcomes = gauge("outcomes", "Outcomes it looked at")
        self._psi = gauge("psi", "Population stability index beside the training data", "column")
        self._p = gauge("adjusted_p", "Chance of such a difference where nothing has changed (Holm)", "column")
        self._drifted = gauge("drifted", "1 if the column has drifted", "column")
        self._coverage = gauge("coverage_ratio", "Share of outcomes in the published range", "group")
        self._short = gauge("coverage_short", "1 if coverage has fallen below what was promised", "group")
        self._level = gauge(
            "level_ratio", "Predicted over observed cost of the outcomes since its sequence began", "of"
        )
        self._shifted = gauge("level_shifted", "1 if predicted over observed cost surely left 0.95 to 1.05")
        self._needed = gauge("level_outcomes_needed", "Outcomes that are still needed to tell, 0 if it can be told")
        self._bias = gauge("bias_usd", "Expected minus real cost, on average, in the currency", "group", "currency")
        error = "Mean distance of the typical from the real cost, in the currency"
        self._error = gauge("typical_absolute_error_usd", error, "group", "currency")

    async def refresh(self, reports: MonitoringReports, ledger: ModelLedger, currency: str) -> None:
        """Read the newest report and the champion if the cache has expired; keep the cache if the database is down."""
        if time.monotonic() < self._look_again:
            return
        self._look_again = time.monotonic() + self._seldom
        try:
            report = await reports.newest()
            champion = (await ledger.champion()).reference
        except (NoChampion, Unavailable):
            return
        if report:
            self._show(report, currency, present=report.model == champion)

    def _show(self, report: MonitoringReport, currency: str, *, present: bool) -> None:
        self._at.set(report.at.timestamp())
        self._version.set(report.model.version)
        self._alarms.set(len(report.alarms) if present else 0)
        self._predictions.set(report.predictions)
        self._outcomes.set(report.outcomes)
        # gauges of the previous report must not stay
        self._shifted.set(0)
        self._needed.set(0)
        for gauge in (
            self._level,
            self._psi,
            self._p,
            self._drifted,
            self._coverage,
            self._short,
            self._bias,
            self._error,
        ):
            gauge.clear()
        if not present:
            return
        if level := report.level:
            ends = {"ratio": level.ratio, "low": level.low, "high": level.high}
            for end, value in ends.items():
                if value is not None:
                    self._level.labels(end).set(value)
            self._shifted.set(level.state is LevelState.SHIFTED)
            self._needed.set(level.needed)
        for column in report.columns:
            self._psi.labels(column.column).set(column.psi)
            self._p.labels(column.column).set(column.adjusted_p)
            self._drifted.labels(column.column).set(column.drifted)
        for group in report.groups:
            self._coverage.labels(group.group).set(group.coverage)
            self._short.labels(group.group).set(group.short)
            self._bias.labels(group.group, currency).set(group.bias)
            self._error.labels(group.group, currency).set(group.typical_mae)

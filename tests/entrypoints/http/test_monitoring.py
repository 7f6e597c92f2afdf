"""What the API tells Prometheus of the newest monitoring report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.memory.monitoring import MemoryReports
from domain.drift import ColumnDrift
from domain.errors import RepositoryUnavailable
from domain.monitoring import JudgedGroup, MonitoringReport
from domain.ports.monitoring import MonitoringReports
from domain.prediction import ModelReference
from entrypoints.http.metrics import Metrics

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGE = ColumnDrift(column="age", test="exceedance", statistic=0.1, p_value=1e-6, psi=0.21, adjusted_p=8e-6, drifted=True)
ALL = JudgedGroup(
    group="all", outcomes=200, inside=180, bias=-12.5, typical_mae=310.5, before=0.91, adjusted_p=1, short=False
)
REPORT = MonitoringReport(
    at=NOON, since=NOON - timedelta(days=30), model=ModelReference(3, "d" * 64), reference_rows=1338, predictions=150,
    outcomes=200, columns=(AGE,), groups=(ALL,),
)  # fmt: skip


def told(text):
    return [line for line in text.splitlines() if line.startswith("medcost_monitoring_")]


async def test_the_newest_report_is_told(api, container):
    assert "medcost_monitoring_report_timestamp_seconds 0.0" in told(Metrics().text().decode())
    await (await container.get(MonitoringReports)).add(REPORT)
    assert told((await api.get("/metrics")).text) == [
        "medcost_monitoring_report_timestamp_seconds 1.7672688e+09",
        "medcost_monitoring_model_version 3.0",
        "medcost_monitoring_alarms 1.0",
        "medcost_monitoring_predictions 150.0",
        "medcost_monitoring_outcomes 200.0",
        'medcost_monitoring_psi{column="age"} 0.21',
        'medcost_monitoring_adjusted_p{column="age"} 8e-06',
        'medcost_monitoring_drifted{column="age"} 1.0',
        'medcost_monitoring_coverage_ratio{group="all"} 0.9',
        'medcost_monitoring_coverage_short{group="all"} 0.0',
        'medcost_monitoring_bias_usd{group="all"} -12.5',
        'medcost_monitoring_typical_absolute_error_usd{group="all"} 310.5',
    ]


async def test_it_is_looked_for_seldom(api, container):
    reports = await container.get(MonitoringReports)
    await reports.add(REPORT)
    before = told((await api.get("/metrics")).text)
    await reports.add(replace(REPORT, at=NOON + timedelta(days=1), predictions=7))
    assert told((await api.get("/metrics")).text) == before


async def test_figures_are_told_while_the_database_is_away():
    metrics = Metrics()
    await metrics.monitoring.refresh(MemoryReports(failure=RepositoryUnavailable("away")))
    assert "medcost_monitoring_alarms 0.0" in told(metrics.text().decode())

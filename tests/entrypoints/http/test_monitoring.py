"""What the API tells Prometheus of the newest monitoring report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from adapters.memory.ledger import MemoryLedger
from adapters.memory.monitoring import MemoryReports
from domain.costs.prediction import ModelReference
from domain.errors import RepositoryUnavailable
from domain.ports.ledger import ModelLedger
from domain.ports.monitoring import MonitoringReports
from entrypoints.http.metrics import Metrics
from entrypoints.http.monitoring import MonitoringGauges
from tests.support.monitored import NOON, REPORT, crown

NEXT = ModelReference(4, "e" * 64)


@pytest.fixture
async def told_of(container):
    """`await told_of(report)` keeps a report; version 3 is champion."""
    await crown(await container.get(ModelLedger))
    return (await container.get(MonitoringReports)).add


def monitoring_lines(text):
    return [line for line in text.splitlines() if line.startswith("medcost_monitoring_")]


async def test_the_newest_report_is_told(api, told_of):
    assert "medcost_monitoring_report_timestamp_seconds 0.0" in monitoring_lines(Metrics().text().decode())
    await told_of(REPORT)
    assert monitoring_lines((await api.get("/metrics")).text) == [
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
        'medcost_monitoring_level_ratio{of="ratio"} 0.97',
        'medcost_monitoring_level_ratio{of="low"} 0.85',
        'medcost_monitoring_level_ratio{of="high"} 1.13',
        "medcost_monitoring_level_shifted 0.0",
        "medcost_monitoring_level_outcomes_needed 1900.0",
        'medcost_monitoring_bias_usd{currency="USD",group="all"} -12.5',
        'medcost_monitoring_typical_absolute_error_usd{currency="USD",group="all"} 310.5',
    ]


async def test_of_a_champion_that_was_replaced_only_when_and_which_are_told(api, container, told_of):
    await told_of(REPORT)
    await crown(await container.get(ModelLedger), NEXT)
    assert monitoring_lines((await api.get("/metrics")).text) == [
        "medcost_monitoring_report_timestamp_seconds 1.7672688e+09",
        "medcost_monitoring_model_version 3.0",
        "medcost_monitoring_alarms 0.0",
        "medcost_monitoring_predictions 150.0",
        "medcost_monitoring_outcomes 200.0",
        "medcost_monitoring_level_shifted 0.0",
        "medcost_monitoring_level_outcomes_needed 0.0",
    ]


async def test_alarms_end_when_their_champion_is_replaced_and_return_with_it():
    registry, reports, ledger = CollectorRegistry(), MemoryReports(), MemoryLedger()
    gauges = MonitoringGauges(registry, seldom=0)
    await reports.add(REPORT)
    drifted = 'medcost_monitoring_drifted{column="age"} 1.0'
    for model, present in ((REPORT.model, True), (NEXT, False), (REPORT.model, True)):
        await crown(ledger, model)
        await gauges.refresh(reports, ledger, "USD")
        now = monitoring_lines(generate_latest(registry).decode())
        assert (drifted in now, "medcost_monitoring_alarms 1.0" in now) == (present, present)
    ledger.failure = RepositoryUnavailable("away")
    await gauges.refresh(reports, ledger, "USD")
    assert monitoring_lines(generate_latest(registry).decode()) == now


async def test_it_is_looked_for_seldom(api, told_of):
    await told_of(REPORT)
    before = monitoring_lines((await api.get("/metrics")).text)
    await told_of(replace(REPORT, at=NOON + timedelta(days=1), predictions=7))
    assert monitoring_lines((await api.get("/metrics")).text) == before


async def test_figures_are_told_while_the_database_is_away():
    metrics = Metrics()
    await metrics.monitoring.refresh(MemoryReports(failure=RepositoryUnavailable("away")), MemoryLedger(), "USD")
    assert "medcost_monitoring_alarms 0.0" in monitoring_lines(metrics.text().decode())

"""What the API tells Prometheus of the newest monitoring report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from adapters.memory.ledger import MemoryLedger
from adapters.memory.monitoring import MemoryReports
from domain.claims import DataOrigin
from domain.drift import ColumnDrift
from domain.errors import RepositoryUnavailable
from domain.ledger import Change, NewEntry
from domain.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.monitoring import JudgedGroup, MonitoringReport
from domain.ports.ledger import ModelLedger
from domain.ports.monitoring import MonitoringReports
from domain.prediction import ModelReference
from domain.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from entrypoints.http.metrics import Metrics
from entrypoints.http.monitoring import MonitoringGauges

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGE = ColumnDrift(column="age", test="exceedance", statistic=0.1, p_value=1e-6, psi=0.21, adjusted_p=8e-6, drifted=True)
ALL = JudgedGroup(
    group="all", outcomes=200, inside=180, bias=-12.5, typical_mae=310.5, before=0.91, adjusted_p=1, short=False
)
REPORT = MonitoringReport(
    at=NOON, since=NOON - timedelta(days=30), model=ModelReference(3, "d" * 64), reference_rows=1338, predictions=150,
    outcomes=200, columns=(AGE,), groups=(ALL,),
)  # fmt: skip
SCORES = Scores(10, ExpectedScores(0, 1, 1), TypicalScores(1, 1, 0), 1, IntervalScores(0.9, 1, 1, 1), ())
CARD = ModelCard(
    recipe=Recipe(family="flat"),
    created_at=NOON,
    origin=DataOrigin("claims.csv", "the file claims.csv", synthetic=False),
    data_digest="e" * 64,
    rows=10,
    cross_validation=SCORES,
    test=SCORES,
    ranges={},
    grouping=(),
    provenance=Provenance(metric="crps"),
)


async def crown(ledger, number=3, digest="d" * 64):
    await ledger.admit(ModelVersion(number, digest, NOON, CARD))
    await ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=number, digest=digest, replaces=None, at=NOON, by="ann", reason="passed"
        )
    )  # fmt: skip


@pytest.fixture
async def told_of(container):
    """`await told_of(report)` keeps a report; version 3 is champion."""
    await crown(await container.get(ModelLedger))
    return (await container.get(MonitoringReports)).add


def told(text):
    return [line for line in text.splitlines() if line.startswith("medcost_monitoring_")]


async def test_the_newest_report_is_told(api, told_of):
    assert "medcost_monitoring_report_timestamp_seconds 0.0" in told(Metrics().text().decode())
    await told_of(REPORT)
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


async def test_of_a_champion_that_was_replaced_only_when_and_which_are_told(api, container, told_of):
    await told_of(REPORT)
    await crown(await container.get(ModelLedger), 4, "e" * 64)
    assert told((await api.get("/metrics")).text) == [
        "medcost_monitoring_report_timestamp_seconds 1.7672688e+09",
        "medcost_monitoring_model_version 3.0",
        "medcost_monitoring_alarms 0.0",
        "medcost_monitoring_predictions 150.0",
        "medcost_monitoring_outcomes 200.0",
    ]


async def test_alarms_end_when_their_champion_is_replaced_and_are_there_again_when_it_comes_back():
    registry, reports, ledger = CollectorRegistry(), MemoryReports(), MemoryLedger()
    gauges = MonitoringGauges(registry, seldom=0)
    await reports.add(REPORT)
    drifted = 'medcost_monitoring_drifted{column="age"} 1.0'
    for number, digest, present in ((3, "d" * 64, True), (4, "e" * 64, False), (3, "d" * 64, True)):
        await crown(ledger, number, digest)
        await gauges.refresh(reports, ledger)
        now = told(generate_latest(registry).decode())
        assert (drifted in now, "medcost_monitoring_alarms 1.0" in now) == (present, present)
    ledger.failure = RepositoryUnavailable("away")
    await gauges.refresh(reports, ledger)
    assert told(generate_latest(registry).decode()) == now


async def test_it_is_looked_for_seldom(api, told_of):
    await told_of(REPORT)
    before = told((await api.get("/metrics")).text)
    await told_of(replace(REPORT, at=NOON + timedelta(days=1), predictions=7))
    assert told((await api.get("/metrics")).text) == before


async def test_figures_are_told_while_the_database_is_away():
    metrics = Metrics()
    await metrics.monitoring.refresh(MemoryReports(failure=RepositoryUnavailable("away")), MemoryLedger())
    assert "medcost_monitoring_alarms 0.0" in told(metrics.text().decode())

"""What every keeper of monitoring reports promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.monitoring import MemoryReports
from adapters.postgres.engine import connect
from adapters.postgres.monitoring import PostgresReports
from domain.costs.prediction import ModelReference
from domain.errors import RepositoryUnavailable
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.level import CostLevel, LevelState
from domain.monitoring.report import JudgedGroup, MonitoringReport
from domain.ports.monitoring import MonitoringReports

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
REPORT = MonitoringReport(
    at=NOON,
    since=NOON - timedelta(days=30),
    model=ModelReference(3, "d" * 64),
    reference_rows=1338,
    predictions=150,
    outcomes=120,
    columns=(
        ColumnDrift(
            column="age", test="mann_whitney", statistic=0.61, p_value=1e-6, psi=0.21, adjusted_p=8e-6, drifted=True
        ),
    ),
    groups=(
        JudgedGroup(
            group="all", outcomes=120, inside=90, bias=-512.25, typical_mae=3100.5, before=0.91, adjusted_p=2e-7,
            short=True,
        ),
    ),
    level=CostLevel(
        since=NOON - timedelta(days=45), outcomes=180, ratio=0.91, low=0.75, high=None, needed=2100,
        state=LevelState.UNCLEAR,
    ),
)  # fmt: skip


@pytest.fixture(params=["memory", "postgres"])
async def reports(request: pytest.FixtureRequest) -> AsyncIterator[MonitoringReports]:
    if request.param == "memory":
        yield MemoryReports()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresReports(engine)
    await engine.dispose()


async def test_before_the_first_report_there_is_none(reports: MonitoringReports) -> None:
    assert await reports.newest() is None


async def test_a_report_is_found_again_whole(reports: MonitoringReports) -> None:
    await reports.add(REPORT)
    assert await reports.newest() == REPORT
    assert REPORT.alarms == ("drift:age", "coverage:all")


async def test_a_report_of_before_the_level_of_costs_was_asked_is_found_again(reports: MonitoringReports) -> None:
    old = replace(REPORT, level=None)
    await reports.add(old)
    assert await reports.newest() == old


async def test_a_shifted_level_is_an_alarm(reports: MonitoringReports) -> None:
    assert REPORT.level
    shifted = replace(REPORT, level=replace(REPORT.level, low=0.7, high=0.9, needed=0, state=LevelState.SHIFTED))
    await reports.add(shifted)
    newest = await reports.newest()
    assert newest
    assert newest.alarms == ("drift:age", "coverage:all", "level")


async def test_the_newest_is_the_one_with_the_latest_time(reports: MonitoringReports) -> None:
    later = replace(REPORT, at=NOON + timedelta(days=1), columns=(), groups=())
    for report in (REPORT, later, replace(REPORT, at=NOON - timedelta(days=1))):
        await reports.add(report)
    assert await reports.newest() == later


async def test_reports_of_a_span_come_in_order(reports: MonitoringReports) -> None:
    days = [replace(REPORT, at=NOON + timedelta(days=day)) for day in (2, 0, 1)]
    for report in days:
        await reports.add(report)
    assert list(await reports.since(NOON + timedelta(days=1))) == [days[2], days[0]]


async def test_a_store_that_is_away_says_so() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/nothing", deadline=1)
    for keeper in (MemoryReports(failure=RepositoryUnavailable("away")), PostgresReports(engine)):
        with pytest.raises(RepositoryUnavailable):
            await keeper.newest()
        with pytest.raises(RepositoryUnavailable):
            await keeper.since(NOON)
        with pytest.raises(RepositoryUnavailable):
            await keeper.add(REPORT)
    await engine.dispose()

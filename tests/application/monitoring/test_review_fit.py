"""What is known of whether the champion still fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.monitoring import MemoryReports
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from application.monitoring.review_fit import STALE, Fit, ReviewFit
from domain.costs.prediction import ModelReference
from domain.models.ledger import Change, NewEntry
from domain.models.model import FoldPlan, ModelVersion, Provenance, Recipe
from domain.monitoring.report import MonitoringReport
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def champion(ledger, tmp_path):
    trainer, recipe, plan = MemoryTrainer(FixedClock(NOON)), Recipe(family="unconditional"), FoldPlan(n_splits=3)
    test = trainer.test(recipe, small_sample(DEFAULT), plan)
    made = trainer.fit(recipe, small_sample(DEFAULT), plan, Provenance(metric="crps"), test=test, into=tmp_path)
    version = ModelVersion(2, made.digest, NOON, made.card)
    await ledger.admit(version)
    entry = NewEntry(
        change=Change.PROMOTION, version=2, digest=made.digest, replaces=None, at=NOON, by="ann", reason="passed"
    )
    await ledger.append(entry)
    return version.reference


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def review(ledger):
    return ReviewFit(reports=MemoryReports(), ledger=ledger, clock=FixedClock(NOON))


@pytest.fixture
def report(champion):
    return MonitoringReport(
        at=NOON - STALE, since=NOON - timedelta(days=30), model=champion, reference_rows=1338, predictions=20,
        outcomes=0, columns=(), groups=(),
    )  # fmt: skip


async def test_before_a_promotion_there_is_nobody_to_tell_of(review):
    assert await review() == Fit(champion=None, report=None)


async def test_the_newest_report_is_told_and_after_two_days_it_is_stale(review, champion, report):
    await review.reports.add(report)
    assert await review() == Fit(champion=champion, report=report, stale=False)
    later = replace(review, clock=FixedClock(NOON + timedelta(seconds=1)))
    assert await later() == Fit(champion=champion, report=report, stale=True)


async def test_a_report_about_an_earlier_champion_says_nothing_of_this_one(review, champion, report):
    await review.reports.add(replace(report, model=ModelReference(1, "a" * 64)))
    assert await review() == Fit(champion=champion, report=None)


async def test_a_report_from_a_day_to_come_is_stale(review, champion, report):
    ahead = replace(report, at=NOON + STALE + timedelta(seconds=1))
    await review.reports.add(ahead)
    assert await review() == Fit(champion=champion, report=ahead, stale=True)

"""Months in the life of a champion."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.monitoring import MemoryReports
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.publisher import MemoryPublisher
from adapters.scipy.drift import ScipyDriftMeter
from application.costs.predict_costs import PredictCosts
from application.monitoring.monitor_champion import MonitorChampion, coverages, covered_when_made
from application.monitoring.outcome_claims import MOST
from application.monitoring.watch_inputs import FEWEST
from domain.costs.prediction import ModelReference, Outcome
from domain.costs.prediction_query import PredictionQuery
from domain.errors import NoChampion
from domain.models.ledger import Change, NewEntry
from domain.models.model import FoldPlan, ModelVersion, Provenance, Recipe
from domain.monitoring.level import LevelState
from domain.monitoring.report import GroupOutcomes, watched_groups
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, REGIONS, Region

pytestmark = pytest.mark.training

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A champion, trained on invented people."""
    from adapters.sklearn.trainer import SklearnTrainer

    claims, trainer = SyntheticClaims(DEFAULT, seed=0).read(), SklearnTrainer(FixedClock(NOW))
    recipe, plan = Recipe(family="interaction_ols"), FoldPlan(n_repeats=1)
    test = trainer.test(recipe, claims, plan)
    return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=tmp_path_factory.mktemp("made"))


@pytest.fixture
def predictions():
    return MemoryPredictions()


@pytest.fixture
def monitor(predictions, tmp_path):
    from adapters.sklearn.loader import SklearnLoader

    return MonitorChampion(
        schema=DEFAULT,
        ledger=MemoryLedger(),
        publisher=MemoryPublisher(workspace=tmp_path / "shelf"),
        loader=SklearnLoader(),
        predictions=predictions,
        meter=ScipyDriftMeter(),
        reports=MemoryReports(),
        clock=FixedClock(NOW),
    )


async def crown(monitor, version, folder):
    await monitor.publisher.publish(version.reference, folder)
    await monitor.ledger.admit(version)
    await monitor.ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=version.number, digest=version.digest, replaces=None, at=NOW, by="ann",
            reason="passed the gate",
        )
    )  # fmt: skip


@pytest.fixture
def month(monitor, made):
    """`await month(rows, change=, inflation=, days=, most=)`: they ask so many days ago; costs come in yesterday."""
    from adapters.sklearn.loader import SklearnLoader

    async def happen(rows=600, change=lambda row: row, inflation=1.0, days=10, by=1, most=MOST):
        version = ModelVersion(1, made.digest, NOW - MONTH, made.card)
        await crown(monitor, version, made.folder)
        claims = SyntheticClaims(DEFAULT, rows=rows, seed=99).read()
        people = [Beneficiary.of_numbers(DEFAULT, change(list(row))) for row in claims.facts]
        model = SklearnLoader().load(ModelReference(by, made.digest), made.folder)
        predict = PredictCosts(predictor=model, predictions=monitor.predictions, clock=FixedClock(NOW - days * DAY))
        for prediction, cost in zip((await predict(people)), claims.charges, strict=True):
            outcome = Outcome(round(float(cost) * inflation, 2), NOW - DAY)
            await monitor.predictions.record_outcome(prediction.id, outcome)
        return await monitor(MONTH, most=most)

    return happen


DAY = timedelta(days=1)


async def test_a_month_like_the_data_raises_no_alarm_and_is_remembered(monitor, month):
    report = await month()
    assert report.alarms == ()
    assert (report.model.version, report.reference_rows, report.predictions, report.outcomes) == (1, 1338, 600, 600)
    assert [column.column for column in report.columns][-2:] == ["expected", "pit"]
    assert [group.group for group in report.groups] == list(watched_groups(DEFAULT))
    assert 0.85 < report.groups[0].coverage < 0.97
    assert report.level
    assert report.level.outcomes == 600
    assert report.level.state is not LevelState.SHIFTED
    assert report.level.ratio == pytest.approx(1, abs=0.1)
    assert await monitor.reports.newest() == report


async def test_people_five_years_older_are_noticed(month):
    def older(row):
        return [row[0] + 5, *row[1:]]

    report = await month(rows=150, change=older)
    assert "drift:age" in report.alarms


async def test_costs_that_rise_by_15_percent_are_noticed_by_outcomes_alone(month):
    report = await month(inflation=1.15)
    assert report.alarms[0] == "drift:pit"
    assert not any(column.drifted for column in report.columns if column.column != "pit")
    assert report.groups[0].bias < -1000


def southwest(row):
    return [*row[:5], float(REGIONS.index(Region.SOUTHWEST))]


def region(report):
    (region,) = [column for column in report.columns if column.column == "region"]
    return region


async def test_those_who_came_last_are_no_month(monitor, month):
    await month(rows=3000)
    # a batch for one region, just before the monitor runs
    report = await month(rows=150, change=southwest, days=0, most=150)
    assert (report.predictions, report.outcomes) == (150, 150)
    # identifiers draw, so an alarm by chance is possible, once in a thousand runs; the batch alone has 4.5
    assert region(report).psi < 0.3
    # they are noticed where they are a notable share of all
    assert region(await month(rows=2000, change=southwest, days=0, most=150)).drifted


async def test_what_changed_within_a_long_month_is_noticed_among_the_drawn(month):
    report = await month(rows=3000, inflation=1.15, most=600)
    assert report.alarms[0] == "drift:pit"


async def test_the_same_month_is_told_the_same(monitor, month):
    report = await month(rows=1000, most=200)
    assert await monitor(MONTH, most=200) == report


async def test_an_outcome_counts_when_it_comes_in_however_old_its_prediction_is(month):
    report = await month(inflation=1.15, days=400)
    assert (report.predictions, report.outcomes) == (0, 600)
    assert report.alarms[0] == "drift:pit"


async def test_answers_of_another_version_are_left_out(month):
    report = await month(by=2)
    assert (report.predictions, report.outcomes, report.alarms) == (0, 0, ())


async def test_of_too_few_nothing_is_compared_but_groups_are_told(month):
    report = await month(rows=FEWEST - 1)
    assert report.columns == ()
    assert report.groups[0].outcomes == FEWEST - 1


async def test_a_model_that_keeps_no_rows_can_only_be_held_against_outcomes(monitor, made, tmp_path):
    flat = ModelVersion(1, write_flat_model(tmp_path / "flat", usd=100), NOW - MONTH, made.card)
    without = replace(monitor, loader=MemoryLoader(DEFAULT))
    await crown(without, flat, tmp_path / "flat")
    report = await without(MONTH)
    assert (report.reference_rows, report.columns, report.groups) == (0, (), ())


async def test_without_a_champion_there_is_nothing_to_monitor(monitor):
    with pytest.raises(NoChampion):
        await monitor(MONTH)


def smokers(made, coverage, rows):
    """The champion's card, had its served ranges held the costs of so many of so many smokers."""
    groups = tuple(
        replace(group, coverage=coverage, rows=rows) if group.group == "smoker=yes" else group
        for group in made.card.cross_validation.groups
    )
    return replace(made.card, served=replace(made.card.served, groups=groups))


def short(card, coverage, rows=4000):
    now = GroupOutcomes(group="smoker=yes", outcomes=rows, inside=round(coverage * rows), bias=0, typical_mae=0)
    (covered,) = coverages(ScipyDriftMeter(), [now], covered_when_made(card))
    return covered.short


def test_a_group_whose_served_ranges_were_always_too_narrow_has_not_changed(made):
    assert not short(smokers(made, 0.8, 270), 0.8)
    assert short(smokers(made, 0.91, 270), 0.75)


def test_of_270_out_of_fold_a_model_knows_no_more_than_of_120_it_never_met(made):
    # a forest on 1,338 rows came out like this: nothing had happened
    assert not short(smokers(made, 0.92, 281), 0.85)
    # 12,000 would have known better
    assert short(smokers(made, 0.92, 12_000), 0.85)


def test_a_card_of_before_served_ranges_were_scored_has_but_cross_validation(made):
    old = replace(made.card, served=None)
    (everybody, *_) = covered_when_made(old).values()
    assert everybody[0] / everybody[1] == pytest.approx(made.card.cross_validation.interval.coverage, abs=0.001)


async def test_outcomes_of_before_there_was_a_bound_do_not_end_monitoring(monitor, month):
    before = await month()
    for prediction in (await monitor.predictions.page(PredictionQuery(limit=2)))[:2]:
        await monitor.predictions.record_outcome(prediction.id, Outcome(1e308, NOW - DAY))
    after = await monitor(MONTH)
    assert (after.predictions, after.outcomes) == (before.predictions, before.outcomes - 2)
    assert after.alarms == ()

"""Explore what versions answer, on memory adapters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.version_models import MemoryVersionModels
from application.models.compared_versions import Pair
from application.models.explore_fact import ExploreFact
from application.models.explore_pair import ExplorePair
from application.models.preview_shadow import PreviewShadow
from application.models.rank_facts import RankFacts
from application.models.read_people import People, ReadPeople
from application.models.review_rows import ReviewRows
from domain.costs.distribution import CostDistribution
from domain.costs.prediction import Estimate, ModelReference, NewPrediction, Published
from domain.errors import NoChampion, PredictorUnavailable, VersionNotFound
from domain.models.model import ModelVersion
from domain.monitoring.drift import Sample
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.monitored import CARD, crown
from tests.support.rule_predictor import RulePredictor

AGE = DEFAULT.by_name["age"]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OWN, RIVAL, ABSENT = ModelReference(1, "a" * 64), ModelReference(2, "b" * 64), ModelReference(3, "c" * 64)


def added(who: Beneficiary) -> float:
    age, *_, smoker, _ = who.as_numbers()
    return 1000 + 100 * age + 5000 * smoker


def multiplied(who: Beneficiary) -> float:
    age, *_, smoker, _ = who.as_numbers()
    return 100 * age * (1 + smoker)


def rows(rule) -> Sample:
    facts = [(float(age), float(age % 2), 27.5, 0.0, float(age % 3 == 0), float(age % 4)) for age in range(20, 60)]
    expected = [rule(Beneficiary.of_numbers(DEFAULT, list(map(float, row)))) for row in facts]
    return Sample(DEFAULT, facts, {"charges": [6000.0] * len(facts), "expected": expected})


async def people(ledger, models, pair: Pair) -> People:
    return await ReadPeople(ledger=ledger, models=models, schema=DEFAULT)(pair)


@pytest.fixture
async def ledger():
    ledger = MemoryLedger()
    for reference in (RIVAL, ABSENT):
        await ledger.admit(ModelVersion(reference.version, reference.digest, NOON, CARD))
    await crown(ledger, OWN)
    return ledger


@pytest.fixture
def models():
    models = MemoryVersionModels()
    models.add(OWN, RulePredictor(OWN, added), rows(added))
    models.add(RIVAL, RulePredictor(RIVAL, multiplied), rows(multiplied))
    return models


async def test_rows_are_those_of_the_champion_beside_the_other_version(ledger, models):
    review = ReviewRows(ledger=ledger, models=models, schema=DEFAULT)
    reviewed = await review(Pair(against=2))
    assert [version.number for version in reviewed.versions.both] == [1, 2]
    assert [(row.expected, row.rival) for row in reviewed.rows[:2]] == [(3000.0, 2000.0), (8100.0, 4200.0)]
    served = await review.served(reviewed.versions, reviewed.rows[1].beneficiary)
    assert [published.expected for published in served] == [8100.0, 4200.0]


async def test_a_version_held_against_itself_is_alone(ledger, models):
    reviewed = await ReviewRows(ledger=ledger, models=models, schema=DEFAULT)(Pair(2, 2))
    assert [version.number for version in reviewed.versions.both] == [2]


async def test_a_version_that_lies_elsewhere_has_no_rows_and_is_not_drawn(ledger, models):
    review = ReviewRows(ledger=ledger, models=models, schema=DEFAULT)
    assert (await review(Pair(3))).rows == ()
    assert all(row.rival is None for row in (await review(Pair(1, 3))).rows)
    ranked = await RankFacts(models=models, schema=DEFAULT)(await people(ledger, models, Pair(3)))
    assert (ranked.people, ranked.own, ranked.rival) == (0, (), ())
    with pytest.raises(VersionNotFound):
        await RankFacts(models=models, schema=DEFAULT)(await people(ledger, models, Pair(1, 3)))
    with pytest.raises(VersionNotFound):
        await review(Pair(9))


async def test_a_fact_that_moves_nothing_is_not_important(ledger, models):
    ranked = await RankFacts(models=models, schema=DEFAULT)(await people(ledger, models, Pair(1, 2)))
    assert [importance.fact for importance in ranked.own[:2]] == ["smoker", "age"]
    assert [importance.change for importance in ranked.own[2:]] == [0.0] * 4
    assert next(importance.change for importance in ranked.rival if importance.fact == "age") > 0


async def test_the_cost_along_a_fact_has_its_mean_its_range_and_each_person(ledger, models):
    explored = await ExploreFact(models=models, schema=DEFAULT)(await people(ledger, models, Pair(1, 2)), "age")
    values = [AGE.number(point.value) for point in explored.own]
    assert (values[0], values[-1]) == (20.0, 59.0)
    assert explored.people == 40
    first, second = explored.own[:2]
    assert second.expected - first.expected == pytest.approx(100 * (values[1] - values[0]))
    assert len(first.each) == 40
    assert (first.low, first.high) == (
        pytest.approx(0.1 * first.expected, abs=0.02),
        pytest.approx(1.9 * first.expected, abs=0.02),
    )
    assert explored.rival[0].expected != first.expected
    flags = await ExploreFact(models=models, schema=DEFAULT)(await people(ledger, models, Pair()), "smoker")
    assert [point.value for point in flags.own] == [False, True]
    assert flags.rival == ()


async def test_facts_that_only_add_up_do_not_interact(ledger, models):
    explored = await ExplorePair(models=models, schema=DEFAULT)(
        await people(ledger, models, Pair(1, 2)), "age", "smoker"
    )
    assert explored.own
    assert explored.rival
    assert explored.own.strength == pytest.approx(0.0, abs=1e-6)
    assert explored.rival.strength > 0.1
    assert len(explored.own.expected) == len(explored.own.rows)
    assert explored.own.columns == (False, True)
    assert explored.rival.expected[0][1] == pytest.approx(2 * explored.rival.expected[0][0])


async def test_a_challenger_is_asked_about_those_who_asked_the_champion(ledger, models):
    predictions = MemoryPredictions()
    ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
    for at, model in ((NOON, OWN), (NOON, RIVAL), (NOON - timedelta(days=60), OWN)):
        estimate = Estimate(CostDistribution(5000.0, tuple(100.0 * level for level in range(1, 100))), (), model)
        await predictions.add(NewPrediction.of(ann, Published.of(estimate), at=at))
    preview = PreviewShadow(
        schema=DEFAULT, ledger=ledger, models=models, predictions=predictions, clock=FixedClock(NOON)
    )
    seen = await preview(Pair(1, 2))
    assert (seen.champion.number, seen.predictions) == (1, 1)
    assert seen.challenger
    assert seen.challenger.number == 2
    assert seen.groups[0].expected.mean == -1000.0
    assert [mover.expected for mover in seen.movers] == [4000.0]
    assert (await preview(Pair(2, 1))).challenger == seen.challenger
    alone = await preview(Pair(1))
    assert (alone.challenger, alone.predictions) == (None, 0)


async def test_without_a_champion_a_version_must_be_named(models):
    with pytest.raises(NoChampion):
        await ReviewRows(ledger=MemoryLedger(), models=models, schema=DEFAULT)(Pair())


async def test_while_no_answer_can_be_had_it_says_so(ledger, models):
    models.failure = PredictorUnavailable("away")
    with pytest.raises(PredictorUnavailable):
        await ExploreFact(models=models, schema=DEFAULT)(await people(ledger, models, Pair()), "age")

"""Those who ask beside those the champion learnt from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from adapters.scipy.drift import ScipyDriftMeter
from application.costs.predict_costs import PredictCosts
from application.monitoring.watch_inputs import FEWEST, WatchInputs
from domain.models.ledger import Change, NewEntry
from domain.models.model import FoldPlan, ModelVersion, Provenance, Recipe
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

SAMPLE = small_sample(DEFAULT)
ROWS = [tuple(row) for row in SAMPLE.facts]


@pytest.fixture
def predictions():
    return MemoryPredictions()


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def watch(predictions, ledger):
    return WatchInputs(schema=DEFAULT, predictions=predictions, ledger=ledger, meter=ScipyDriftMeter())


@pytest.fixture
def promote(ledger, tmp_path: Path):
    async def promote(**changes):
        clock, plan, recipe = FixedClock(), FoldPlan(n_splits=3), Recipe(family="unconditional")
        trainer = MemoryTrainer(clock)
        test = trainer.test(recipe, SAMPLE, plan)
        made = trainer.fit(recipe, SAMPLE, plan, Provenance(metric="crps"), test=test, into=tmp_path)
        version = ModelVersion(1, made.digest, clock.now(), replace(made.card, **changes))
        await ledger.admit(version)
        await ledger.append(
            NewEntry(
                change=Change.PROMOTION, version=1, digest=made.digest, replaces=None, at=clock.now(), by="ann",
                reason="passed the gate",
            )
        )  # fmt: skip

    return promote


@pytest.fixture
def ask(predictions):
    async def ask(rows):
        people = [Beneficiary.of_numbers(DEFAULT, row) for row in rows]
        await PredictCosts(predictor=NeighbourPredictor(SAMPLE), predictions=predictions, clock=FixedClock())(people)

    return ask


async def test_people_like_those_of_the_data_have_not_drifted(watch, promote, ask):
    await promote()
    await ask(small_sample(DEFAULT, rows=300, seed=7).facts)
    input_drift = await watch()
    assert (len(input_drift.current), len(input_drift.learnt_from)) == (300, 400)
    assert input_drift.report.drifted == ()


async def test_older_people_who_smoke_are_a_shift_of_these_two_facts(watch, promote, ask):
    await promote()
    await ask([(min(age + 15, 64.0), sex, bmi, kids, 1.0, place) for age, sex, bmi, kids, _, place in ROWS])
    assert (await watch()).report.drifted == ("age", "smoker")


async def test_of_too_few_predictions_nothing_is_said(watch, promote, ask):
    await promote()
    await ask(ROWS[: FEWEST - 1])
    assert (await watch()).report is None


async def test_without_a_champion_there_is_nothing_to_compare_with(watch, ask):
    await ask(ROWS)
    input_drift = await watch()
    assert (input_drift.champion, input_drift.report, len(input_drift.current)) == (None, None, 400)


async def test_a_card_of_before_profiles_leaves_nothing_to_compare_with(watch, promote, ask):
    await promote(profile=None)
    await ask(ROWS)
    input_drift = await watch()
    assert (input_drift.champion.version, input_drift.learnt_from, input_drift.report) == (1, None, None)

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.predict_costs import PredictCosts
from application.monitoring.measure_outcomes import LiveScores, MeasureOutcomes
from application.monitoring.newest_predictions import LOOKED_AT
from application.operations.check_parts import CheckParts
from domain.costs.prediction import Outcome
from domain.errors import RepositoryUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

ANN = Beneficiary.of(
    DEFAULT, {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
)


@pytest.fixture
def predictor():
    return NeighbourPredictor(small_sample(DEFAULT))


async def test_what_came_in_is_held_against_what_was_published(predictor):
    predictions = MemoryPredictions()
    first, other, _ = await PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())([ANN] * 3)
    for prediction, usd in ((first, first.typical), (other, other.interval.high + 1000)):
        await predictions.record_outcome(prediction.id, Outcome(usd, datetime(2026, 1, 1, tzinfo=UTC)))
    scores = await MeasureOutcomes(predictions=predictions)()
    off = other.interval.high + 1000 - other.typical
    bias = ((first.expected - first.typical) + (other.expected - other.interval.high - 1000)) / 2
    assert (scores.predictions, scores.outcomes, scores.inside) == (3, 2, 0.5)
    assert (scores.typical_mae, scores.bias) == (pytest.approx(off / 2), pytest.approx(bias))


async def test_however_many_predictions_there_are_only_the_newest_are_looked_at(predictor):
    predictions = MemoryPredictions()
    await PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())([ANN] * (LOOKED_AT + 7))
    assert await MeasureOutcomes(predictions=predictions)() == LiveScores(predictions=LOOKED_AT, outcomes=0)


async def test_a_part_that_is_away_does_not_hide_the_others(predictor):
    check = CheckParts(predictor=predictor, predictions=MemoryPredictions(), ledger=MemoryLedger())
    there = await check()
    assert (there.model, there.champion, there.model_away, there.database_away) == (
        await predictor.model(),
        None,
        "",
        "",
    )
    assert not there.follows
    check.ledger.failure = RepositoryUnavailable("no answer")  # type: ignore[attr-defined]  # a memory adapter's
    away = await check()
    assert (away.model, away.database_away) == (there.model, "no answer")


async def test_outcomes_of_before_there_was_a_bound_count_nowhere(predictor):
    predictions, noon = MemoryPredictions(), datetime(2026, 1, 1, tzinfo=UTC)
    first, *others = await PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())([ANN] * 3)
    await predictions.record_outcome(first.id, Outcome(first.typical, noon))
    for other in others:
        await predictions.record_outcome(other.id, Outcome(1e308, noon))
    scores = await MeasureOutcomes(predictions=predictions)()
    assert (scores.predictions, scores.outcomes, scores.typical_mae) == (3, 1, 0)

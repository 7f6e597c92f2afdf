from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from application.predict_cost import PredictCost
from application.predict_costs import PredictCosts
from application.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.beneficiary import Beneficiary
from domain.errors import IdempotencyKeyReused, InvalidInput, PredictionNotFound, PredictorUnavailable
from domain.prediction import Idempotency, PredictionQuery


@pytest.fixture
def predictor() -> NeighbourPredictor:
    return NeighbourPredictor(small_sample())


@pytest.fixture
def predictions() -> MemoryPredictions:
    return MemoryPredictions()


@pytest.fixture
def predict_cost(predictor: NeighbourPredictor, predictions: MemoryPredictions) -> PredictCost:
    return PredictCost(predictor=predictor, predictions=predictions, clock=FixedClock())


async def test_a_prediction_is_remembered(
    predict_cost: PredictCost, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    made = await predict_cost(ann)
    assert await predictions.get(made.id) == made


async def test_the_answer_is_rounded_to_cents_and_ordered(predict_cost: PredictCost, ann: Beneficiary) -> None:
    made = await predict_cost(ann)
    assert made.interval.low <= made.typical <= made.interval.high
    for usd in (made.expected, made.typical, made.interval.low, made.interval.high):
        assert round(usd, 2) == usd


async def test_the_same_key_and_body_give_the_same_prediction(
    predict_cost: PredictCost, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    key = Idempotency("k", "body")
    assert await predict_cost(ann, idempotency=key) == await predict_cost(ann, idempotency=key)
    assert len(await predictions.page(PredictionQuery())) == 1
    with pytest.raises(IdempotencyKeyReused):
        await predict_cost(ann, idempotency=Idempotency("k", "another body"))


async def test_nothing_is_remembered_when_the_model_is_away(
    predict_cost: PredictCost, predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    predictor.failure = PredictorUnavailable("away")
    with pytest.raises(PredictorUnavailable):
        await predict_cost(ann)
    assert await predictions.page(PredictionQuery()) == []


async def test_many_are_predicted_as_each_alone(
    predict_cost: PredictCost, predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    people = [replace(ann, age=age) for age in (20, 40, 60)]
    together = await PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())(people)
    alone = [await predict_cost(person) for person in people]
    assert [one.typical for one in together] == [one.typical for one in alone]
    assert [one.beneficiary for one in together] == people


async def test_exploring_remembers_nothing(
    predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    smoking = replace(ann, smoker=True)
    now, then = await ExploreCost(predictor=predictor)([ann, smoking])
    assert then.cost.expected > now.cost.expected
    assert await predictions.page(PredictionQuery()) == []


async def test_reasons_add_up_to_the_expected_cost(predictor: NeighbourPredictor, ann: Beneficiary) -> None:
    why = await ExplainCost(explainer=predictor)(ann)
    (estimate,) = await predictor.predict([ann])
    assert round(why.baseline + sum(one.usd for one in why.contributions), 2) == why.expected == estimate.cost.expected


async def test_an_outcome_is_added_and_an_erased_prediction_is_gone(
    predict_cost: PredictCost, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    made = await predict_cost(ann)
    record = RecordOutcome(predictions=predictions, clock=FixedClock())
    with pytest.raises(InvalidInput):
        await record(made.id, -1)
    done = await record(made.id, 123.45)
    assert done.outcome is not None
    assert done.outcome.charges == 123.45
    review = ReviewPredictions(predictions=predictions)
    assert await review(PredictionQuery()) == [done]
    await ErasePrediction(predictions=predictions, clock=FixedClock())(made.id)
    with pytest.raises(PredictionNotFound):
        await review.one(made.id)

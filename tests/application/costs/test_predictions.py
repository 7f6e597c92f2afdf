from __future__ import annotations

import math
from dataclasses import replace

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.compute_chances import ComputeChances
from application.costs.explain_cost import ExplainCost
from application.costs.explore_cost import ExploreCost
from application.costs.predict_cost import PredictCost
from application.costs.predict_costs import PredictCosts
from application.costs.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.access.callers import LOCAL, Caller
from domain.access.keys import Role
from domain.costs.chance import Chance
from domain.costs.prediction import Idempotency, ModelReference, NewPrediction, Published
from domain.costs.prediction_query import PredictionQuery
from domain.errors import (
    IdempotencyKeyReused,
    InvalidInput,
    ModelReplaced,
    NotAllowed,
    PredictionNotFound,
    PredictorUnavailable,
)
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT


@pytest.fixture
def predictor() -> NeighbourPredictor:
    return NeighbourPredictor(small_sample(DEFAULT))


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


async def test_the_chance_of_more_than_an_amount_comes_with_the_answer_and_is_not_kept(
    predict_cost: PredictCost, predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    (estimate,) = await predictor.predict([ann])
    made = await predict_cost(ann, above=5_000.0)
    assert made.chance == Chance.of(estimate.cost, 5_000.0)
    assert (await predictions.get(made.id)).chance == Chance.of(estimate.cost)


async def test_a_repeated_request_may_ask_about_another_amount(
    predict_cost: PredictCost, predictor: NeighbourPredictor, ann: Beneficiary
) -> None:
    key = Idempotency("k", "body")
    first, second = [await predict_cost(ann, idempotency=key, above=amount) for amount in (2_000.0, 9_000.0)]
    (estimate,) = await predictor.predict([ann])
    assert first.id == second.id
    assert second.chance == Chance.of(estimate.cost, 9_000.0)


async def test_only_the_model_that_answered_tells_chances_of_a_record(
    predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    (estimate,) = await predictor.predict([ann])
    earlier = replace(estimate, model=ModelReference(7, "e" * 64))
    made = await predictions.add(NewPrediction.of(ann, Published.of(earlier), at=FixedClock().now()))
    with pytest.raises(ModelReplaced, match="version 7"):
        await ComputeChances(predictor=predictor)([made], 100.0)


async def test_all_of_a_batch_get_their_chances_also_when_it_is_repeated(
    predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    predict_costs = PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())
    people = [ann, ann.changed(age=64)]
    once = Idempotency("b", "batch")
    first, again = [await predict_costs(people, idempotency=once, above=9_000.0) for _ in range(2)]
    assert [prediction.chance for prediction in first] == [prediction.chance for prediction in again]
    assert [prediction.chance for prediction in first] == [
        Chance.of(prediction.cost, 9_000.0) for prediction in await predictor.predict(people)
    ]


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
    people = [ann.changed(age=age) for age in (20, 40, 60)]
    together = await PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())(people)
    alone = [await predict_cost(person) for person in people]
    assert [prediction.typical for prediction in together] == [prediction.typical for prediction in alone]
    assert [prediction.beneficiary for prediction in together] == people


async def test_exploring_remembers_nothing(
    predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    smoking = ann.changed(smoker=True)
    now, then = await ExploreCost(predictor=predictor)([ann, smoking])
    assert then.cost.expected > now.cost.expected
    assert await predictions.page(PredictionQuery()) == []


async def test_reasons_add_up_to_the_expected_cost(predictor: NeighbourPredictor, ann: Beneficiary) -> None:
    why = await ExplainCost(explainer=predictor)(ann)
    (estimate,) = await predictor.predict([ann])
    assert (
        round(why.baseline + sum(contribution.usd for contribution in why.contributions), 2)
        == why.expected
        == estimate.cost.expected
    )


async def test_an_outcome_is_added_and_an_erased_prediction_is_gone(
    predict_cost: PredictCost, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    made = await predict_cost(ann)
    record = RecordOutcome(predictions=predictions, clock=FixedClock())
    for impossible in (-1, 1.01e9, 1e308, math.inf, math.nan):
        with pytest.raises(InvalidInput):
            await record(made.id, impossible, LOCAL)
    done = await record(made.id, 123.45, LOCAL)
    assert done.outcome is not None
    assert done.outcome.charges == 123.45
    review = ReviewPredictions(predictions=predictions)
    assert await review(PredictionQuery(), LOCAL) == [done]
    await ErasePrediction(predictions=predictions, clock=FixedClock())(made.id, LOCAL)
    with pytest.raises(PredictionNotFound):
        await review.get(made.id, LOCAL)


async def test_clients_see_and_change_their_own_predictions_only(
    predict_cost: PredictCost, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    mine, other, reviewer, admin = (
        Caller("key:1"), Caller("key:2"), Caller("key:3", Role.REVIEWER), Caller("key:4", Role.ADMIN)
    )  # fmt: skip
    made, before_owners = await predict_cost(ann, owner=mine.owner), await predict_cost(ann)
    review = ReviewPredictions(predictions=predictions)
    record = RecordOutcome(predictions=predictions, clock=FixedClock())
    erase = ErasePrediction(predictions=predictions, clock=FixedClock())
    seen = {caller: await review(PredictionQuery(), caller) for caller in (mine, other, reviewer, admin, LOCAL)}
    assert (seen.pop(mine), seen.pop(other)) == ([made], [])
    assert list(seen.values()) == [[before_owners, made]] * 3
    for attempt in (
        review.get(made.id, other),
        record(made.id, 1, other),
        erase(made.id, other),
        review.get(before_owners.id, mine),
        record(before_owners.id, 1, mine),
    ):
        with pytest.raises(PredictionNotFound):
            await attempt
    for attempt in (record(made.id, 1, reviewer), erase(made.id, reviewer), review.changes(made.id, mine)):
        with pytest.raises(NotAllowed):
            await attempt
    await record(made.id, 1, mine)
    await record(made.id, 2, admin)
    changes = await review.changes(made.id, reviewer)
    assert [(change.by, change.before, change.charges) for change in changes] == [("key:1", None, 1), ("key:4", 1, 2)]
    await erase(made.id, mine)


async def test_the_same_key_and_batch_give_the_same_predictions(
    predictor: NeighbourPredictor, predictions: MemoryPredictions, ann: Beneficiary
) -> None:
    predict = PredictCosts(predictor=predictor, predictions=predictions, clock=FixedClock())
    key, people = Idempotency("k", "body"), [ann, ann.changed(age=41)]
    first = await predict(people, owner="key:1", idempotency=key)
    predictor.failure = PredictorUnavailable("away")
    assert await predict(people, owner="key:1", idempotency=key) == first
    predictor.failure = None
    with pytest.raises(IdempotencyKeyReused):
        await predict(people, owner="key:1", idempotency=Idempotency("k", "another body"))
    assert await predict(people, owner="key:2", idempotency=key) != first
    assert len(await predictions.page(PredictionQuery())) == 4

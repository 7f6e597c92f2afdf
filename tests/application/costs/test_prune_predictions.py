"""The policy of age."""

from datetime import timedelta

from adapters.memory.clock import FixedClock
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.request_keys import MemoryRequestKeys
from adapters.memory.sample import small_sample
from application.costs.predict_cost import PredictCost
from application.costs.prune_predictions import Pruned, PrunePredictions
from application.costs.review_predictions import FindErasure
from domain.costs.prediction import Idempotency
from domain.costs.prediction_query import PredictionQuery
from tests.support.default_schema import DEFAULT

NOW = FixedClock()
LONG_AGO = FixedClock(NOW.time - timedelta(days=400))


async def test_what_is_older_than_the_policy_goes_and_its_proof_stays(ann):
    predictions, steps = MemoryPredictions(), []
    old = await PredictCost(
        predictor=NeighbourPredictor(small_sample(DEFAULT)), predictions=predictions, clock=LONG_AGO
    )(ann)
    young = await PredictCost(predictor=NeighbourPredictor(small_sample(DEFAULT)), predictions=predictions, clock=NOW)(
        ann
    )
    prune = PrunePredictions(predictions=predictions, keys=MemoryRequestKeys(), clock=NOW)
    assert await prune.too_old(timedelta(days=365)) == 1
    assert await prune(timedelta(days=365), progress=steps.append) == Pruned(predictions=1, keys=0)
    assert await predictions.page(PredictionQuery()) == [young]
    assert sum(steps) == 1
    assert (await FindErasure(predictions=predictions)(old.id)).reason == "age"


async def test_without_a_policy_only_expired_keys_go(ann):
    predictions = MemoryPredictions()
    key = Idempotency("key", "body")
    old = await PredictCost(
        predictor=NeighbourPredictor(small_sample(DEFAULT)), predictions=predictions, clock=LONG_AGO
    )(ann, idempotency=key)
    prune = PrunePredictions(predictions=predictions, keys=MemoryRequestKeys(), clock=NOW)
    assert await prune(None, progress=print) == Pruned(predictions=0, keys=1)
    assert await predictions.page(PredictionQuery()) == [old]

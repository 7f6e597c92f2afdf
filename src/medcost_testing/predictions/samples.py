"""The promises of every repository of predictions about outcomes and samples of a span of time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.costs.prediction import ModelReference, Outcome, Prediction
from domain.ports.predictions import PredictionRepository
from medcost_testing.predictions.examples import NEW, NOON

MINUTE, YEAR = timedelta(minutes=1), timedelta(days=365)


async def many(predictions: PredictionRepository, count: int) -> list[Prediction]:
    """Record predictions a minute apart, and their outcomes at the same distance, a year later, in reverse order."""
    made = await predictions.add_all([replace(NEW, created_at=NOON + n * MINUTE) for n in range(count)])
    return [
        await predictions.record_outcome(prediction.id, Outcome(100.0, NOON + YEAR + (count - n) * MINUTE))
        for n, prediction in enumerate(made)
    ]


class Samples:
    """A repository returns the outcomes of a span of time, and random samples of it."""

    async def test_outcomes_are_found_by_the_time_at_which_they_came_in(
        self, predictions: PredictionRepository
    ) -> None:
        made = [await predictions.add(NEW) for _ in range(4)]
        for day, prediction in ((3, made[0]), (1, made[1]), (2, made[2])):
            await predictions.record_outcome(prediction.id, Outcome(100.0 * day, NOON + timedelta(days=day)))
        recorded = await predictions.outcomes(NOON + timedelta(days=2), limit=10)
        assert [prediction.id for prediction in recorded] == [made[0].id, made[2].id]
        assert recorded[0].outcome == Outcome(300.0, NOON + timedelta(days=3))
        assert [prediction.id for prediction in await predictions.outcomes(NOON, limit=1)] == [made[0].id]

    @pytest.mark.parametrize(("outcomes", "since"), [(False, NOON), (True, NOON + YEAR)], ids=["all", "outcomes"])
    async def test_a_sample_is_drawn_from_the_whole_time_and_is_the_same_again(
        self, predictions: PredictionRepository, since: datetime, *, outcomes: bool
    ) -> None:
        made = await many(predictions, 400)
        drawn = await predictions.sample(NEW.model, since, limit=100, outcomes=outcomes)
        assert len(drawn) == 100
        assert [prediction.id for prediction in drawn] == sorted({prediction.id for prediction in drawn})
        assert all(prediction in made for prediction in drawn)
        # of a hundred drawn by chance 25 lie in each quarter: 5 or 45 are never seen
        quarters = Counter(made.index(prediction) // 100 for prediction in drawn)
        assert all(5 < quarters[quarter] < 45 for quarter in range(4))
        assert await predictions.sample(NEW.model, since, limit=100, outcomes=outcomes) == drawn
        # fewer of the same are among them
        assert set(await predictions.sample(NEW.model, since, limit=10, outcomes=outcomes)) < set(drawn)

    async def test_the_drawn_are_drawn_without_regard_to_what_decides_among_ties(
        self, predictions: PredictionRepository
    ) -> None:
        await predictions.add_all([NEW] * 400)
        drawn = await predictions.sample(NEW.model, NOON, limit=100)
        low = sum(prediction.id.int & 0xFFFFFFFF < 2**31 for prediction in drawn)
        assert 20 < low < 80

    async def test_a_sample_of_few_is_all_of_them(self, predictions: PredictionRepository) -> None:
        made = await many(predictions, 5)
        assert list(await predictions.sample(NEW.model, NOON, limit=5)) == made
        assert list(await predictions.sample(NEW.model, NOON, limit=100, outcomes=True)) == made
        assert await predictions.sample(NEW.model, NOON, limit=0) == []

    async def test_a_sample_holds_what_one_model_answered_since_then(self, predictions: PredictionRepository) -> None:
        made = await many(predictions, 4)
        await predictions.add(replace(NEW, model=ModelReference(4, "d" * 64)))
        await predictions.add(replace(NEW, model=ModelReference(3, "e" * 64)))
        unknown = await predictions.add(NEW)
        assert list(await predictions.sample(NEW.model, NOON + 2 * MINUTE, limit=9)) == made[2:]
        assert list(await predictions.sample(NEW.model, NOON, limit=9)) == [*made, unknown]
        assert list(await predictions.sample(NEW.model, NOON + YEAR + 3 * MINUTE, limit=9, outcomes=True)) == made[:2]
        assert await predictions.sample(NEW.model, NOON + 2 * YEAR, limit=9) == []

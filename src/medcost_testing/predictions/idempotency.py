"""A request under an idempotency key is recorded once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.costs.prediction import Idempotency
from domain.costs.prediction_query import PredictionQuery
from domain.errors import IdempotencyKeyInUse, IdempotencyKeyReused, PredictionNotFound
from domain.ports.predictions import PredictionRepository
from medcost_testing.predictions.examples import ANN, NEW, NOON


class Idempotent:
    """A request under an idempotency key is recorded once."""

    async def test_an_expired_key_is_as_good_as_never_seen(self, predictions: PredictionRepository) -> None:
        key, other = Idempotency("key", "body"), Idempotency("key", "other")
        made = await predictions.add(NEW, idempotency=key)
        in_time, too_late = NOON + timedelta(hours=24), NOON + timedelta(hours=25)
        assert await predictions.replay(key, at=in_time) == made
        assert await predictions.add(replace(NEW, created_at=in_time), idempotency=key) == made
        assert await predictions.replay(other, at=too_late) is None
        again = await predictions.add(replace(NEW, created_at=too_late), idempotency=other)
        assert again.id != made.id
        assert await predictions.replay(other, at=too_late) == again
        assert await predictions.get(made.id) == made

    async def test_a_key_from_the_future_counts_for_no_longer_than_one_from_the_past(
        self,
        predictions: PredictionRepository,
    ) -> None:
        key = Idempotency("key", "body")
        made = await predictions.add(NEW, idempotency=key)
        in_time, set_back = NOON - timedelta(hours=24), NOON - timedelta(hours=25)
        assert await predictions.replay(key, at=in_time) == made
        assert await predictions.replay(key, at=set_back) is None
        again = await predictions.add(replace(NEW, created_at=set_back), idempotency=key)
        assert again.id != made.id
        assert await predictions.replay(key, at=set_back) == again

    async def test_expired_keys_are_forgotten_and_what_was_recorded_under_them_stays(
        self,
        predictions: PredictionRepository,
    ) -> None:
        made = await predictions.add(NEW, idempotency=Idempotency("old", "body"))
        fresh = Idempotency("fresh", "body")
        later = await predictions.add(replace(NEW, created_at=NOON + timedelta(hours=2)), idempotency=fresh)
        at = NOON + timedelta(hours=25)
        assert await predictions.forget_keys(at=at) == 1
        assert await predictions.forget_keys(at=at) == 0
        assert await predictions.replay(Idempotency("old", "body"), at=NOON) is None
        assert await predictions.replay(fresh, at=at) == later
        assert await predictions.get(made.id) == made

    async def test_one_key_is_one_prediction(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "body")
        assert await predictions.replay(key, at=NOON) is None
        made = await predictions.add(NEW, idempotency=key)
        assert await predictions.add(replace(NEW, expected=1.0), idempotency=key) == made
        assert await predictions.replay(key, at=NOON) == made
        for attempt in (
            predictions.add(NEW, idempotency=Idempotency("key", "other")),
            predictions.replay(Idempotency("key", "other"), at=NOON),
        ):
            with pytest.raises(IdempotencyKeyReused, match="key"):
                await attempt
        assert len(await predictions.page(PredictionQuery())) == 1

    async def test_concurrent_twins_are_one_prediction(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "body")
        twins = await asyncio.gather(*(predictions.add(NEW, idempotency=key) for _ in range(12)))
        assert len({twin.id for twin in twins}) == 1
        assert len(await predictions.page(PredictionQuery())) == 1

    async def test_of_concurrent_twins_with_different_bodies_one_wins(self, predictions: PredictionRepository) -> None:
        outcomes = await asyncio.gather(
            *(predictions.add(NEW, idempotency=Idempotency("key", str(number % 2))) for number in range(8)),
            return_exceptions=True,
        )
        refused = [prediction for prediction in outcomes if isinstance(prediction, IdempotencyKeyReused)]
        made = {prediction.id for prediction in outcomes if not isinstance(prediction, BaseException)}
        assert (len(refused), len(made)) == (4, 1)
        assert len(await predictions.page(PredictionQuery())) == 1

    async def test_many_callers_get_each_their_own(self, predictions: PredictionRepository) -> None:
        async def add(number: int) -> None:
            who = ANN.changed(stay=number % 80, income=float(number % 5))
            key = Idempotency(f"key {number}", "body") if number % 3 == 0 else None
            made = await predictions.add(replace(NEW, beneficiary=who), idempotency=key)
            assert made.beneficiary == who
            assert await predictions.get(made.id) == made

        await asyncio.gather(*(add(number) for number in range(200)))
        assert len({prediction.id for prediction in await predictions.page(PredictionQuery(limit=500))}) == 200

    async def test_adding_and_erasing_under_one_key_at_once_always_answers(
        self, predictions: PredictionRepository
    ) -> None:
        key = Idempotency("key", "body")

        async def add_and_erase() -> None:
            for _ in range(10):
                made = await predictions.add(NEW, idempotency=key)
                await predictions.replay(key, at=NOON)
                with suppress(PredictionNotFound):
                    await predictions.erase(made.id, at=NOON)

        await asyncio.gather(*(add_and_erase() for _ in range(4)))
        assert await predictions.page(PredictionQuery()) == []

    async def test_owners_do_not_meet_in_their_idempotency_keys(self, predictions: PredictionRepository) -> None:
        first = await predictions.add(NEW, idempotency=Idempotency("key", "body", "key:1"))
        assert await predictions.replay(Idempotency("key", "other", "key:2"), at=NOON) is None
        assert (await predictions.add(NEW, idempotency=Idempotency("key", "other", "key:2"))).id != first.id
        assert await predictions.replay(Idempotency("key", "body", "key:1"), at=NOON) == first
        assert await predictions.replay(Idempotency("key", "body"), at=NOON) is None

    async def test_a_batch_under_a_key_is_recorded_once(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "batch", "key:1")
        new = [replace(NEW, beneficiary=ANN.changed(stay=days)) for days in (30, 40, 50)]
        assert await predictions.replay_all(key, at=NOON) is None
        made = await predictions.add_all(new, idempotency=key)
        assert await predictions.add_all(new, idempotency=key) == await predictions.replay_all(key, at=NOON) == made
        other = Idempotency("key", "other", "key:1")
        for reused in (
            predictions.add_all(new, idempotency=other),
            predictions.replay_all(other, at=NOON),
            predictions.add(NEW, idempotency=other),
        ):
            with pytest.raises(IdempotencyKeyReused):
                await reused
        assert len(await predictions.page(PredictionQuery())) == 3
        assert await predictions.replay_all(key, at=NOON + timedelta(days=2)) is None
        late = [replace(prediction, created_at=NOON + timedelta(days=2)) for prediction in new]
        assert (await predictions.add_all(late, idempotency=other))[0].id != made[0].id
        assert await predictions.add_all([], idempotency=Idempotency("unused", "batch")) == []

    @pytest.mark.parametrize("number", [0, 2])
    async def test_a_batch_of_which_a_part_was_erased_frees_its_key(
        self, predictions: PredictionRepository, number: int
    ) -> None:
        key = Idempotency("key", "batch")
        made = await predictions.add_all([NEW] * 3, idempotency=key)
        await predictions.erase(made[number].id, at=NOON)
        assert await predictions.replay_all(key, at=NOON) is None
        again = await predictions.add_all([NEW] * 3, idempotency=key)
        assert {prediction.id for prediction in again}.isdisjoint(prediction.id for prediction in made)

    async def test_a_key_is_worked_under_by_one_at_a_time(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "batch", "key:1")
        async with predictions.alone(key), predictions.alone(replace(key, owner="key:2")):
            with pytest.raises(IdempotencyKeyInUse):
                async with predictions.alone(replace(key, fingerprint="other")):
                    pass
        with pytest.raises(ZeroDivisionError):
            async with predictions.alone(key):
                raise ZeroDivisionError
        async with predictions.alone(key):
            pass

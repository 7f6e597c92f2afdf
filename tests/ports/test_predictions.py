"""What every repository of predictions promises."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from domain.beneficiary import REGIONS
from domain.errors import IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
from domain.ports.predictions import PredictionRepository
from domain.prediction import (
    Erasure,
    Idempotency,
    Outcome,
    PredictionQuery,
    SortKey,
)
from tests.recorded import ANN, NEW, NOON


async def test_what_was_added_is_found_again_to_the_last_digit(predictions: PredictionRepository) -> None:
    made = await predictions.add(NEW)
    assert await predictions.get(made.id) == made
    assert made.beneficiary == ANN
    assert (made.expected, made.interval, made.cautions, made.created_at) == (8210.37, NEW.interval, NEW.cautions, NOON)


async def test_identifiers_are_time_ordered(predictions: PredictionRepository) -> None:
    made = [await predictions.add(NEW) for _ in range(5)]
    assert [one.id for one in made] == sorted(one.id for one in made)
    assert {one.id.version for one in made} == {7}


async def test_all_are_added_in_the_order_given(predictions: PredictionRepository) -> None:
    new = [replace(NEW, beneficiary=replace(ANN, age=age)) for age in range(18, 68)]
    made = await predictions.add_all(new)
    assert [one.beneficiary.age for one in made] == list(range(18, 68))
    newest_first = await predictions.page(PredictionQuery(limit=500))
    assert list(newest_first) == list(reversed(made))
    assert await predictions.add_all([]) == []


async def test_a_page_is_newest_first_and_never_longer_than_asked(predictions: PredictionRepository) -> None:
    made = list(reversed(await predictions.add_all([NEW] * 7)))
    first = await predictions.page(PredictionQuery(limit=3))
    second = await predictions.page(PredictionQuery(limit=3, before=first[-1].id))
    third = await predictions.page(PredictionQuery(limit=3, before=second[-1].id))
    assert [*first, *second, *third] == made
    assert [len(first), len(second), len(third)] == [3, 3, 1]


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("by", SortKey)
async def test_pages_in_any_order_join_without_gap_or_repeat(
    predictions: PredictionRepository, by: SortKey, *, rising: bool
) -> None:
    new = [
        replace(
            NEW, expected=8000.0 + n % 3, typical=6000.0 - n % 2, beneficiary=replace(ANN, age=40 + n % 3, bmi=27.1 + n)
        )
        for n in range(7)
    ]
    made = await predictions.add_all(new)
    query = PredictionQuery(limit=3, by=by, rising=rising)
    pages = [await predictions.page(query)]
    while pages[-1]:
        query = query.following(pages[-1][-1])
        # the cursor may be erased meanwhile
        await predictions.erase(pages[-1][-1].id, at=NOON)
        pages.append(await predictions.page(query))
    expected = sorted(made, key=lambda one: (0 if by is SortKey.TIME else by.of(one), one.id), reverse=not rising)
    assert [one.id for page in pages for one in page] == [one.id for one in expected]
    assert [len(page) for page in pages] == [3, 3, 1, 0]


async def test_a_query_narrows(predictions: PredictionRepository) -> None:
    new = [
        replace(
            NEW, created_at=NOON + timedelta(hours=hour), beneficiary=replace(ANN, smoker=hour % 2 == 0, region=region)
        )
        for hour, region in enumerate(REGIONS)
    ]
    made = await predictions.add_all(new)

    async def found(**query: object) -> list[int]:
        page = await predictions.page(PredictionQuery(**query))  # type: ignore[arg-type]  # keywords of a test
        return sorted(made.index(one) for one in page)

    assert await found(smoker=True) == [0, 2]
    assert await found(smoker=False, region="southwest") == [3]
    assert await found(since=NOON + timedelta(hours=2)) == [2, 3]
    assert await found(sex="male") == []
    assert await found(sex="female", smoker=True, since=NOON + timedelta(minutes=1)) == [2]


async def test_an_erased_prediction_is_gone_with_its_key(predictions: PredictionRepository) -> None:
    key = Idempotency("key", "body")
    made = await predictions.add(NEW, idempotency=key)
    await predictions.erase(made.id, at=NOON)
    for gone in (
        predictions.get(made.id),
        predictions.erase(made.id, at=NOON),
        predictions.record_outcome(made.id, Outcome(1, NOON)),
    ):
        with pytest.raises(PredictionNotFound):
            await gone
    assert await predictions.replay(key, at=NOON) is None
    assert (await predictions.add(NEW, idempotency=key)).id != made.id


async def test_an_erasure_leaves_a_proof(predictions: PredictionRepository) -> None:
    made = await predictions.add(NEW)
    assert await predictions.erasure(made.id) is None
    proof = Erasure(made.id, NOON, "request")
    assert await predictions.erase(made.id, at=NOON) == proof
    assert await predictions.erasure(made.id) == proof


async def test_the_oldest_are_erased_first_and_each_leaves_a_proof(predictions: PredictionRepository) -> None:
    key = Idempotency("key", "body")
    old = [await predictions.add(NEW, idempotency=key), await predictions.add(NEW), await predictions.add(NEW)]
    young = await predictions.add(replace(NEW, created_at=NOON + timedelta(days=2)))
    limit, now = NOON + timedelta(days=1), NOON + timedelta(days=3)
    assert await predictions.count_older(limit) == 3
    assert await predictions.erase_older(limit, at=now, limit=2) == 2
    assert list(await predictions.page(PredictionQuery())) == [young, old[2]]
    assert await predictions.replay(key, at=NOON) is None
    assert await predictions.erase_older(limit, at=now, limit=2) == 1
    assert await predictions.erase_older(limit, at=now, limit=2) == 0
    assert list(await predictions.page(PredictionQuery())) == [young]
    assert [await predictions.erasure(one.id) for one in old] == [Erasure(one.id, now, "age") for one in old]


async def test_an_expired_key_is_as_good_as_never_seen(predictions: PredictionRepository) -> None:
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


async def test_expired_keys_are_forgotten_and_what_was_recorded_under_them_stays(
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


async def test_what_was_never_there_is_not_found(predictions: PredictionRepository) -> None:
    with pytest.raises(PredictionNotFound):
        await predictions.get(uuid4())


async def test_a_later_outcome_replaces_an_earlier_one(predictions: PredictionRepository) -> None:
    made = await predictions.add(NEW)
    await predictions.record_outcome(made.id, Outcome(1.5, NOON))
    changed = await predictions.record_outcome(made.id, Outcome(2.25, NOON + timedelta(days=1)))
    assert changed == replace(made, outcome=Outcome(2.25, NOON + timedelta(days=1)))
    assert await predictions.get(made.id) == changed


async def test_one_key_is_one_prediction(predictions: PredictionRepository) -> None:
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


async def test_concurrent_twins_are_one_prediction(predictions: PredictionRepository) -> None:
    key = Idempotency("key", "body")
    twins = await asyncio.gather(*(predictions.add(NEW, idempotency=key) for _ in range(12)))
    assert len({twin.id for twin in twins}) == 1
    assert len(await predictions.page(PredictionQuery())) == 1


async def test_of_concurrent_twins_with_different_bodies_one_wins(predictions: PredictionRepository) -> None:
    outcomes = await asyncio.gather(
        *(predictions.add(NEW, idempotency=Idempotency("key", str(number % 2))) for number in range(8)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, IdempotencyKeyReused)]
    made = {one.id for one in outcomes if not isinstance(one, BaseException)}
    assert (len(refused), len(made)) == (4, 1)
    assert len(await predictions.page(PredictionQuery())) == 1


async def test_many_callers_get_each_their_own(predictions: PredictionRepository) -> None:
    async def add(number: int) -> None:
        who = replace(ANN, age=18 + number % 80, children=number % 5)
        key = Idempotency(f"key {number}", "body") if number % 3 == 0 else None
        made = await predictions.add(replace(NEW, beneficiary=who), idempotency=key)
        assert made.beneficiary == who
        assert await predictions.get(made.id) == made

    await asyncio.gather(*(add(number) for number in range(200)))
    assert len({one.id for one in await predictions.page(PredictionQuery(limit=500))}) == 200


async def test_adding_and_erasing_under_one_key_at_once_always_answers(predictions: PredictionRepository) -> None:
    key = Idempotency("key", "body")

    async def add_and_erase() -> None:
        for _ in range(10):
            made = await predictions.add(NEW, idempotency=key)
            await predictions.replay(key, at=NOON)
            with suppress(PredictionNotFound):
                await predictions.erase(made.id, at=NOON)

    await asyncio.gather(*(add_and_erase() for _ in range(4)))
    assert await predictions.page(PredictionQuery()) == []


async def test_a_store_in_order_passes_its_check(predictions: PredictionRepository) -> None:
    await predictions.check()


async def test_a_database_that_is_away_is_unavailable(tmp_path: object) -> None:
    engine = connect(f"postgresql://medcost@/medcost?host={tmp_path}", deadline=2)
    with pytest.raises(RepositoryUnavailable):
        await PostgresPredictions(engine).add(NEW)
    await engine.dispose()


async def test_a_database_without_our_schema_says_what_to_do(postgres_server) -> None:
    engine = connect(postgres_server("postgres"), deadline=5)
    for attempt in (PostgresPredictions(engine).check(), PostgresPredictions(engine).add(NEW)):
        with pytest.raises(RepositoryUnavailable, match="medcost db upgrade"):
            await attempt
    await engine.dispose()


async def test_memory_fails_on_request() -> None:
    memory = MemoryPredictions(failure=RepositoryUnavailable("away"))
    with pytest.raises(RepositoryUnavailable):
        await memory.add(NEW)

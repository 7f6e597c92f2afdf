"""What every repository of predictions promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from domain.beneficiary import REGIONS, Beneficiary, Region, Sex
from domain.cost import Interval
from domain.errors import IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
from domain.ports.predictions import PredictionRepository
from domain.prediction import Caution, Idempotency, ModelReference, NewPrediction, Outcome, PredictionQuery, SortKey

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ANN = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.123456789, children=1, smoker=False, region=Region.NORTHEAST)
NEW = NewPrediction(
    created_at=NOON,
    beneficiary=ANN,
    expected=8210.37,
    typical=6520.01,
    interval=Interval(0.9, 5030.0, 18390.99),
    cautions=(Caution("age_beyond_data", "age", "Nobody is so old."),),
    model=ModelReference(3, "d" * 64),
)


@pytest.fixture(params=["memory", "postgres"])
async def predictions(request: pytest.FixtureRequest) -> AsyncIterator[PredictionRepository]:
    if request.param == "memory":
        yield MemoryPredictions()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresPredictions(engine)
    await engine.dispose()


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

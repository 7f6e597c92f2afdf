"""What every repository of predictions promises whatever the facts are: missing ones, other choices, many of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from adapters.postgres.schemas import PostgresSchemas
from adapters.yaml.schema_file import schema_of
from domain.costs.prediction import BY_TIME, Idempotency, Prediction, PredictionQuery, sort_keys, sort_value
from domain.people.schema import Schema
from domain.ports.predictions import PredictionRepository
from tests.support.clinic import CLINIC, HOSPITAL, patient
from tests.support.recorded import NEW, NOON

PEOPLE = [
    {"plan": "gold", "stay": 3, "active": True, "chronic": False, "ward": "w1"},
    {"plan": None, "stay": None, "active": True, "chronic": True, "ward": "w1"},
    {"plan": "bronze", "stay": 7, "income": 0.1, "active": False, "chronic": None, "ward": "w2"},
    {"plan": "gold", "stay": None, "income": 99999.25, "active": False, "chronic": None, "ward": "w39"},
    {"plan": "gold", "stay": 3, "active": True, "chronic": True, "ward": "w2"},
    {"plan": None, "stay": 0, "active": False, "chronic": False, "ward": "w1"},
    {"plan": "silver", "stay": None, "income": 5.0, "active": True, "chronic": None, "ward": "w39"},
]


@pytest.fixture(params=[CLINIC, HOSPITAL], ids=["few kinds", "many kinds"])
def schema(request: pytest.FixtureRequest) -> Schema:
    return request.param


@pytest.fixture(params=["memory", "postgres"])
async def repository(request: pytest.FixtureRequest, schema: Schema) -> AsyncIterator[PredictionRepository]:
    if request.param == "memory":
        yield MemoryPredictions()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    await PostgresSchemas(engine, schema_of).adopt(schema, "its text", at=NOON)
    yield PostgresPredictions(engine, schema)
    await engine.dispose()


@pytest.fixture
async def made(repository: PredictionRepository, schema: Schema) -> list[Prediction]:
    new = [replace(NEW, beneficiary=patient(schema, **facts), owner=f"key:{n % 2}") for n, facts in enumerate(PEOPLE)]
    return [*await repository.add_all(new)]


async def test_facts_come_back_as_they_were(repository: PredictionRepository, made: list[Prediction]) -> None:
    for one in made:
        assert await repository.get(one.id) == one
    lone = await repository.add(replace(NEW, beneficiary=made[1].beneficiary), idempotency=Idempotency("key", "body"))
    assert (await repository.get(lone.id)).beneficiary == made[1].beneficiary
    await repository.check()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"plan": "gold"}, [0, 3, 4]),
        ({"plan": None}, [1, 5]),
        ({"plan": "silver", "active": False}, []),
        ({"chronic": True}, [1, 4]),
        ({"chronic": None, "active": False}, [2, 3]),
        ({"active": True, "plan": "gold", "chronic": True}, [4]),
        ({"ward": "w1"}, [0, 1, 5]),
        ({"ward": "w1", "active": True}, [0, 1]),
    ],
    ids=str,
)
@pytest.mark.parametrize("owner", [None, "key:0"])
async def test_choices_and_flags_narrow_a_page(
    repository: PredictionRepository,
    made: list[Prediction],
    schema: Schema,
    where: dict[str, object],
    expected: list[int],
    owner: str | None,
) -> None:
    if not where.keys() <= schema.by_name.keys():
        return
    mine = [n for n in expected if owner is None or n % 2 == 0]
    for by in (BY_TIME, "income"):
        query = PredictionQuery(where=where, owner=owner, by=by, limit=2)  # type: ignore[arg-type]  # values of a test
        assert await repository.count(query) == len(mine)
        pages = [await repository.page(query)]
        while pages[-1]:
            query = query.following(pages[-1][-1])
            pages.append(await repository.page(query))
        assert sorted(made.index(one) for page in pages for one in page) == mine


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("by", sort_keys(CLINIC))
async def test_values_that_are_not_given_come_last_in_any_order(
    repository: PredictionRepository, made: list[Prediction], by: str, *, rising: bool
) -> None:
    query = PredictionQuery(limit=2, by=by, rising=rising)
    pages = [await repository.page(query)]
    while pages[-1]:
        query = query.following(pages[-1][-1])
        pages.append(await repository.page(query))
    found = [one for page in pages for one in page]
    values = [sort_value(by, one) for one in found]
    given = [value for value in values if value is not None]
    assert values == sorted(given, reverse=not rising) + [None] * (len(values) - len(given))
    assert sorted(found, key=lambda one: one.id) == made

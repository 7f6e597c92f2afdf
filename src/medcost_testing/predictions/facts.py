"""The promises of every repository of predictions about facts: missing ones, other choices, many of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio

from domain.costs.prediction import Idempotency, Prediction
from domain.costs.prediction_query import BY_TIME, PredictionQuery, sort_keys, sort_value
from domain.people.schema import Schema
from domain.ports.predictions import PredictionRepository
from medcost_testing.people import CLINIC, HOSPITAL, patient
from medcost_testing.predictions.examples import NEW

PEOPLE = [
    {"plan": "gold", "stay": 3, "active": True, "chronic": False, "ward": "w1"},
    {"plan": None, "stay": None, "active": True, "chronic": True, "ward": "w1"},
    {"plan": "bronze", "stay": 7, "income": 0.1, "active": False, "chronic": None, "ward": "w2"},
    {"plan": "gold", "stay": None, "income": 99999.25, "active": False, "chronic": None, "ward": "w39"},
    {"plan": "gold", "stay": 3, "active": True, "chronic": True, "ward": "w2"},
    {"plan": None, "stay": 0, "active": False, "chronic": False, "ward": "w1"},
    {"plan": "silver", "stay": None, "income": 5.0, "active": True, "chronic": None, "ward": "w39"},
]


ANY_SCHEMA = pytest.mark.parametrize("schema", [CLINIC, HOSPITAL], ids=["few kinds", "many kinds"])
"""Schemas with few and many combinations of choices, for which a repository makes different indexes."""


class AnyFacts:
    """Facts come back and narrow a page whatever the schema: missing ones, other choices, many of them."""

    @pytest_asyncio.fixture
    async def made(self, predictions: PredictionRepository, schema: Schema) -> list[Prediction]:
        new = [
            replace(NEW, beneficiary=patient(schema, **facts), owner=f"key:{n % 2}") for n, facts in enumerate(PEOPLE)
        ]
        return [*await predictions.add_all(new)]

    @ANY_SCHEMA
    async def test_facts_come_back_as_they_were(
        self, predictions: PredictionRepository, made: list[Prediction]
    ) -> None:
        for prediction in made:
            assert await predictions.get(prediction.id) == prediction
        lone = await predictions.add(
            replace(NEW, beneficiary=made[1].beneficiary), idempotency=Idempotency("key", "body")
        )
        assert (await predictions.get(lone.id)).beneficiary == made[1].beneficiary
        await predictions.check()

    @ANY_SCHEMA
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
        self,
        predictions: PredictionRepository,
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
            assert await predictions.count(query) == len(mine)
            pages = [await predictions.page(query)]
            while pages[-1]:
                query = query.following(pages[-1][-1])
                pages.append(await predictions.page(query))
            assert sorted(made.index(prediction) for page in pages for prediction in page) == mine

    @ANY_SCHEMA
    @pytest.mark.parametrize("rising", [True, False])
    @pytest.mark.parametrize("by", sort_keys(CLINIC))
    async def test_values_that_are_not_given_come_last_in_any_order(
        self, predictions: PredictionRepository, made: list[Prediction], by: str, *, rising: bool
    ) -> None:
        query = PredictionQuery(limit=2, by=by, rising=rising)
        pages = [await predictions.page(query)]
        while pages[-1]:
            query = query.following(pages[-1][-1])
            pages.append(await predictions.page(query))
        joined = [prediction for page in pages for prediction in page]
        values = [sort_value(by, prediction) for prediction in joined]
        given = [value for value in values if value is not None]
        assert values == sorted(given, reverse=not rising) + [None] * (len(values) - len(given))
        assert sorted(joined, key=lambda prediction: prediction.id) == made

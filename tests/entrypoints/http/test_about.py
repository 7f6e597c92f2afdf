"""Unit, data with their year, and a caution belong to every answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from dishka import Provider, Scope, provide

from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import FlatModel
from domain.costs.distribution import CostDistribution
from domain.costs.prediction import ModelReference
from domain.errors import RepositoryUnavailable
from domain.models.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.models.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from domain.people.origin import DataOrigin
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCORES = Scores(10, ExpectedScores(0, 1, 1), TypicalScores(1, 1, 0), 1, IntervalScores(0.9, 1, 1, 1), ())
NOTICE = "An estimate for planning and learning, not medical or financial advice."


@pytest.fixture
def stand_in():
    return {"unit": "USD a year", "data": "a stand-in that looks up invented people; no model was trained"}


async def test_a_prediction_says_its_unit_its_data_and_what_it_is_not(memory_api, ann, stand_in):
    made = await memory_api.post("/predictions", json=ann)
    assert made.json()["about"] == {**stand_in, "notice": NOTICE}
    fetched = await memory_api.get(made.headers["location"].removeprefix("/api/v1"))
    assert fetched.json() == made.json()


async def test_explanations_and_scenarios_say_it_too(memory_api, ann, stand_in):
    explained = (await memory_api.post("/explanations", json=ann)).json()
    explored = (await memory_api.post("/scenarios", json={"beneficiary": ann, "changes": [{"smoker": True}]})).json()
    assert explained["about"] == explored["about"] == {**stand_in, "notice": NOTICE}


@pytest.mark.parametrize(("changes", "status"), [(1, 200), (100, 200), (101, 422), (0, 422)])
async def test_from_one_to_a_hundred_scenarios_are_explored_at_once(memory_api, ann, changes, status):
    answer = await memory_api.post("/scenarios", json={"beneficiary": ann, "changes": [{"age": 30}] * changes})
    assert answer.status_code == status


async def test_a_batch_says_it_once(memory_api, ann, stand_in):
    answer = (await memory_api.post("/predictions/batch", json=[ann, ann])).json()
    assert answer["about"] == {**stand_in, "notice": NOTICE}
    assert not any("about" in prediction for prediction in answer["predictions"])


async def test_a_batch_without_a_good_row_has_nothing_to_say_it_about(memory_api):
    assert "about" not in (await memory_api.post("/predictions/batch", json=[{}])).json()


@dataclass
class CountingLedger(MemoryLedger):
    """Counts how often a version was looked up."""

    lookups: int = field(default=0)

    async def version(self, number: int) -> ModelVersion:
        self.lookups += 1
        return await super().version(number)


class Registered(Provider):
    """A flat model that is registered as version 3, in a ledger that counts."""

    scope = Scope.APP

    def __init__(self, ledger: CountingLedger) -> None:
        super().__init__()
        self._ledger = ledger

    @provide(override=True)
    def loaded(self) -> LoadedModel:
        cost = CostDistribution(100.0, tuple(float(k) for k in range(1, 100)))
        return FlatModel(ModelReference(3, "d" * 64), cost, DEFAULT)

    @provide(override=True)
    def ledger(self) -> ModelLedger:
        return self._ledger


@pytest.fixture
async def ledger():
    counting = CountingLedger()
    card = ModelCard(
        recipe=Recipe(family="flat"),
        created_at=NOON,
        origin=DataOrigin("claims.csv", "the file claims.csv", synthetic=False, year="2024"),
        data_digest="e" * 64,
        rows=10,
        cross_validation=SCORES,
        test=SCORES,
        ranges={},
        grouping=(),
        provenance=Provenance(metric="crps"),
    )
    await counting.admit(ModelVersion(3, "d" * 64, NOON, card))
    return counting


@pytest.fixture
async def registered_api(ledger, client_of):
    container = web_container(load({"profile": "memory"}), Registered(ledger))
    async with client_of(container) as client:
        yield client
    await container.close()


async def test_the_data_are_those_of_the_version_that_answered_and_looked_up_once(registered_api, ledger, ann):
    data = [(await registered_api.post("/predictions", json=ann)).json()["about"]["data"] for _ in range(3)]
    assert data == ["the file claims.csv; costs of 2024"] * 3
    assert ledger.lookups == 1


async def test_a_ledger_that_is_away_spoils_no_answer_and_is_asked_again(registered_api, ledger, ann):
    ledger.failure = RepositoryUnavailable("away")
    answer = await registered_api.post("/predictions", json=ann)
    assert (answer.status_code, answer.json()["about"]["data"]) == (201, "could not be looked up just now")
    ledger.failure = None
    answer = await registered_api.post("/predictions", json=ann)
    assert answer.json()["about"]["data"] == "the file claims.csv; costs of 2024"

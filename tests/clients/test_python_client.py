"""The generated Python client against the running system."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from types import ModuleType

import httpx
import pandas as pd
import pytest

from tests.support.people import ANN_FACTS

pytestmark = pytest.mark.process

ANN = {**ANN_FACTS}


def test_a_person_is_predicted_found_again_and_erased(medcost_client: ModuleType, url: str):
    with medcost_client.Medcost(url) as medcost:
        answer = medcost.predict(ANN, above=10_000)
        assert answer.interval.low <= answer.typical <= answer.interval.high
        assert 0 <= answer.chance.above <= 1
        assert answer.beneficiary["age"] == 40
        assert medcost.record_outcome(answer.id, 9000.5).outcome.charges == 9000.5
        assert medcost.prediction(answer.id).expected == answer.expected
        medcost.erase(answer.id)
        with pytest.raises(medcost_client.Problem) as gone:
            medcost.prediction(answer.id)
        assert gone.value.status == 404


def test_every_broken_rule_is_told(medcost_client: ModuleType, url: str):
    with medcost_client.Medcost(url) as medcost, pytest.raises(medcost_client.Problem) as refused:
        medcost.predict({**ANN, "age": 7, "sex": "robot"})
    assert refused.value.status == 422
    assert {rule.pointer for rule in refused.value.errors} == {"/age", "/sex"}
    assert "age" in str(refused.value)


def test_a_frame_keeps_its_index_and_tells_bad_rows(medcost_client: ModuleType, url: str):
    people = pd.DataFrame([ANN, {**ANN, "age": 7}, {**ANN, "smoker": True}], index=["a", "b", "c"])
    with medcost_client.Medcost(url) as medcost:
        costs = medcost.predict_frame(people)
    assert [*costs.index] == ["a", "b", "c"]
    assert [*costs["expected"].notna()] == [True, False, True]
    assert costs.loc["b", "error"].startswith("age: ")
    assert costs.loc["c", "expected"] > costs.loc["a", "expected"]


def test_predictions_are_read_page_after_page(medcost_client: ModuleType, url: str):
    with medcost_client.Medcost(url) as medcost:
        made = medcost.predict_batch([{**ANN, "smoker": True}] * 120)
        smokers = [prediction.id for prediction in medcost.predictions(smoker="yes")]
    assert len(smokers) == len({*smokers}) >= 120
    assert {prediction.id for prediction in made.predictions} <= {*smokers}


def test_reasons_scenarios_plans_and_groups(medcost_client: ModuleType, url: str):
    plan = {"name": "Mine", "deductible": 3000, "coinsurance": 0.2, "out_of_pocket_maximum": 8000, "premium": 4000}
    with medcost_client.Medcost(url) as medcost:
        assert medcost.explain(ANN, of="typical").contributions
        assert len(medcost.explore(ANN, [{"smoker": True}]).scenarios) == 1
        assert medcost.compare_plans([ANN], [plan]).plans[0].expected >= 0
        assert medcost.quote_group([ANN] * 3).expected > 0
        assert {fact.name for fact in medcost.schema().facts} == {*ANN}
        assert medcost.champion().version in [version.version for version in medcost.models().models]


def test_the_asynchronous_client_does_the_same(medcost_client: ModuleType, url: str):
    async def work() -> None:
        async with medcost_client.AsyncMedcost(url) as medcost:
            answer = await medcost.predict(ANN)
            assert answer.id in [prediction.id async for prediction in medcost.predictions()]
            assert [*(await medcost.predict_frame(pd.DataFrame([ANN])))["error"]] == [""]

    asyncio.run(work())


def test_what_fails_for_a_moment_is_sent_again_under_the_same_key(medcost_client: ModuleType, url: str):
    keys: list[str] = []
    network = httpx.HTTPTransport()

    class Unreliable(httpx.BaseTransport):
        """Loses the first two answers of each request."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            keys.append(request.headers["idempotency-key"])
            response = network.handle_request(request)
            if len(keys) <= 2:
                message = "the connection was cut"
                raise httpx.ReadError(message)
            return response

    with medcost_client.Medcost(url) as medcost:
        before = sum(1 for _ in medcost.predictions())
        with medcost_client.Medcost(url, transport=Unreliable()) as unlucky:
            unlucky.predict(ANN)
        assert sum(1 for _ in medcost.predictions()) == before + 1
    assert len(keys) == 3
    assert len({*keys}) == 1


def test_a_file_is_scored_in_the_background_once_though_its_answer_was_lost(
    medcost_client: ModuleType, url: str, tmp_path: Path
):
    people = tmp_path / "people.csv"
    pd.DataFrame([ANN] * 30).to_csv(people, index=False)
    network, patient = httpx.HTTPTransport(), httpx.AsyncHTTPTransport()
    lost: list[str] = []

    class Unreliable(httpx.BaseTransport, httpx.AsyncBaseTransport):
        """Loses the first answer to each file."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return self._answer(request, network.handle_request(request), "sync")

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self._answer(request, await patient.handle_async_request(request), "async")

        def _answer(self, request: httpx.Request, response: httpx.Response, way: str) -> httpx.Response:
            if request.method == "POST" and way not in lost:
                lost.append(way)
                message = "the connection was cut"
                raise httpx.ReadError(message)
            return response

    async def score() -> None:
        async with medcost_client.AsyncMedcost(url, transport=Unreliable()) as medcost:
            job = await medcost.score_file(people)
            ended = await job.wait(every=0.05)
            assert (ended.state, ended.scoring.rows) == ("done", 30)
            await job.download(tmp_path / "async.csv")

    before = {job["id"] for job in httpx.get(f"{url}/api/v1/jobs").json()["jobs"]}
    with medcost_client.Medcost(url, transport=Unreliable()) as medcost:
        job = medcost.score_file(people)
        ended = job.wait(every=0.05)
        assert (ended.state, ended.scoring.rows) == ("done", 30)
        job.download(tmp_path / "sync.csv")
    asyncio.run(score())
    after = {job["id"] for job in httpx.get(f"{url}/api/v1/jobs").json()["jobs"]}
    assert lost == ["sync", "async"]
    for way in lost:
        rows = [*csv.DictReader((tmp_path / f"{way}.csv").open())]
        assert len(rows) == 30
        assert float(rows[0]["expected"]) > 0
    assert len(after - before) == 2

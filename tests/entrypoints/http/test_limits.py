from __future__ import annotations

import json

import httpx
import pytest

from domain.access.keys import Role
from domain.ports.keys import ApiKeys
from entrypoints.composition.settings import Settings
from entrypoints.http.middleware.limits import RateLimit
from entrypoints.http.options import ApiOptions


async def test_a_key_that_asks_too_often_is_told_when_to_come_again(memory_container, client_of):
    keys = await memory_container.get(ApiKeys)
    ann, bob = [{"X-API-Key": (await keys.create(name, Role.CLIENT))[1]} for name in ("ann", "bob")]
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(3)) as api:
        answers = [await api.get("/predictions", headers=ann) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:medcost:problem:too-often"
        assert 0 < int(refused.headers["retry-after"]) <= 20
        assert (await api.get("/predictions", headers=bob)).status_code == 200


async def test_a_key_has_one_budget_for_all_routes(memory_container, client_of):
    keys = await memory_container.get(ApiKeys)
    key = {"X-API-Key": (await keys.create("ann", Role.CLIENT))[1]}
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(2)) as api:
        statuses = [(await api.get(path, headers=key)).status_code for path in ("/predictions", "/models", "/models")]
    assert statuses == [200, 200, 429]


async def test_an_address_that_asks_too_often_is_refused_before_its_key_is_looked_at(memory_container, client_of):
    async with client_of(memory_container, require_keys=True, address_limit=RateLimit(2)) as api:
        statuses = [(await api.get("/models", headers={"X-API-Key": f"guess {n}"})).status_code for n in range(4)]
        assert statuses == [401, 401, 429, 429]
        refused = await api.get("/nowhere")
    assert (refused.status_code, refused.json()["status"]) == (429, 429)
    assert int(refused.headers["retry-after"]) >= 1


async def test_no_limit_counts_where_none_is_set(memory_api: httpx.AsyncClient):
    assert {(await memory_api.get("/health/live")).status_code for _ in range(200)} == {200}


def test_a_minutes_worth_may_come_at_once_and_is_then_earned_evenly():
    limit = RateLimit(60)
    assert [limit.spend("ann") for _ in range(60)] == [0] * 60
    assert 0 < limit.spend("ann") <= 1


def test_what_weighs_more_than_a_minute_allows_takes_a_minute():
    limit = RateLimit(60)
    assert (limit.spend("ann"), limit.spend("ann", 10_000)) == (0, 0)
    assert 58 < limit.spend("ann", 59) <= 59


@pytest.mark.parametrize("kind", ["application/json", "application/jsonl", "text/csv"])
async def test_each_row_of_a_batch_counts_as_a_request(memory_container, client_of, ann, kind):
    keys = await memory_container.get(ApiKeys)
    key = {"X-API-Key": (await keys.create("ann", Role.CLIENT))[1]}
    body = {
        "application/json": json.dumps([ann] * 6),
        "application/jsonl": "\r".join([json.dumps(ann)] * 6),
        "text/csv": "\n".join([",".join(ann)] + ["40,female,27.5,1,no,northeast"] * 5),
    }[kind]
    for limit in ("key_limit", "address_limit"):
        async with client_of(memory_container, require_keys=True, **{limit: RateLimit(10)}) as api:
            first, second = [
                await api.post("/predictions/batch", content=body, headers={**key, "Content-Type": kind})
                for _ in range(2)
            ]
        assert (first.status_code, second.status_code) == (200, 429)
        assert 0 < int(second.headers["retry-after"]) <= 60


async def test_each_variant_of_a_scenario_counts_as_a_request(memory_container, client_of, ann):
    keys = await memory_container.get(ApiKeys)
    key = {"X-API-Key": (await keys.create("ann", Role.CLIENT))[1]}
    grid = {"beneficiary": ann, "grid": {"age": [30, 40, 50], "smoker": [True, False]}}
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(10)) as api:
        assert [(await api.post("/scenarios", json=grid, headers=key)).status_code for _ in range(2)] == [200, 429]


def test_by_default_a_key_may_send_a_full_batch_each_minute():
    rows = ApiOptions(lambda headers: None).batch_rows
    assert Settings().key_requests_per_minute > rows
    assert Settings().address_requests_per_minute >= Settings().key_requests_per_minute


def quotas(answer: httpx.Response) -> dict[str, dict[str, dict[str, int]]]:
    """Read both fields: by field and policy, its parameters."""
    return {
        field: {
            name.strip('"'): {part[0]: int(part[2:]) for part in parameters}
            for name, *parameters in (item.strip().split(";") for item in answer.headers[field].split(","))
        }
        for field in ("RateLimit-Policy", "RateLimit")
    }


async def test_answers_say_what_is_left_of_each_limit(memory_container, client_of, ann):
    key = {"X-API-Key": (await (await memory_container.get(ApiKeys)).create("ann", Role.CLIENT))[1]}
    limits = {"key_limit": RateLimit(3), "address_limit": RateLimit(600)}
    async with client_of(memory_container, require_keys=True, **limits) as api:
        answers = [await api.post("/predictions", json=ann, headers=key) for _ in range(4)]
    for answer in answers:
        assert quotas(answer)["RateLimit-Policy"] == {"address": {"q": 600, "w": 60}, "key": {"q": 3, "w": 60}}
    assert [quotas(answer)["RateLimit"]["key"]["r"] for answer in answers] == [2, 1, 0, 0]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert 0 < quotas(answers[0])["RateLimit"]["key"]["t"] <= 20
    assert quotas(answers[-1])["RateLimit"]["key"]["t"] == int(answers[-1].headers["retry-after"])


async def test_rows_of_a_batch_are_taken_off_what_is_left(memory_container, client_of, ann):
    key = {"X-API-Key": (await (await memory_container.get(ApiKeys)).create("ann", Role.CLIENT))[1]}
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(20)) as api:
        answer = await api.post("/predictions/batch", json=[ann] * 15, headers=key)
        assert 5 <= quotas(answer)["RateLimit"]["key"]["r"] < 15  # one is earned every three seconds


async def test_an_address_learns_what_is_left_before_its_key_is_looked_at(memory_container, client_of):
    async with client_of(memory_container, require_keys=True, address_limit=RateLimit(2)) as api:
        answers = [await api.get("/models") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert [quotas(answer)["RateLimit"]["address"]["r"] for answer in answers] == [1, 0, 0]


async def test_where_nothing_is_limited_nothing_is_said_of_limits(memory_api):
    answer = await memory_api.get("/health/live")
    assert not {"ratelimit", "ratelimit-policy"} & answer.headers.keys()

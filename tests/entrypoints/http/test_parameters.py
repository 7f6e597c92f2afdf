"""Parameters of a query that break a rule are refused in words that say what must hold."""

from __future__ import annotations

import pytest

from tests.entrypoints.http.operations import OPERATIONS

UNKNOWN = "00000000000000000000000000000000"
OPEN = ("live", "serving", "ready")


@pytest.mark.parametrize(
    ("query", "code", "detail"),
    [
        ("limit=0", "range", "must be at least 1"),
        ("limit=1000", "range", "must be at most 500"),
        ("limit=ten", "type", "must be a whole number"),
        ("cursor=x", "type", "must be an identifier of 32 hexadecimal digits, such as the API gives"),
        ("since=yesterday", "type", "must be a time with its offset from UTC, such as 2026-01-31T12:00:00Z"),
    ],
)
async def test_a_broken_parameter_says_what_must_hold(memory_api, query, code, detail):
    answer = await memory_api.get(f"/predictions?{query}")
    name = query.partition("=")[0]
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": f"/{name}", "code": code, "detail": detail}]


@pytest.mark.parametrize(
    ("amount", "code", "detail"),
    [
        ("1e10", "range", "must be at most 1,000,000,000"),
        ("-1", "range", "must be at least 0"),
        ("much", "type", "must be a number"),
        ("1e999", "type", "must be a number that is not so large"),
    ],
)
async def test_a_broken_amount_says_what_must_hold(memory_api, ann, amount, code, detail):
    answer = await memory_api.post(f"/predictions?above={amount}", json=ann)
    assert answer.json()["errors"] == [{"pointer": "/above", "code": code, "detail": detail}]


@pytest.mark.parametrize("query", ["smoker=yes&smoker=no", "limit=1&limit=1", "since=2026-01-31&since="])
async def test_a_parameter_that_is_given_twice_is_refused(memory_api, query):
    answer = await memory_api.get(f"/predictions?{query}")
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        (f"/{query.partition('=')[0]}", "twice")
    ]


async def test_an_amount_that_is_given_twice_is_refused(memory_api, ann):
    answer = await memory_api.post("/predictions?above=1&above=1000000000", json=ann)
    assert answer.status_code == 422


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {*OPEN}))
async def test_every_route_refuses_a_parameter_that_it_does_not_know(memory_api, name):
    method, path = OPERATIONS[name]
    path = path.format(id=UNKNOWN, version=1, delivery=UNKNOWN)
    answer = await memory_api.request(method, f"{path}?abvoe=20000")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/abvoe", "unknown")


@pytest.mark.parametrize("name", OPEN)
async def test_health_checks_ignore_what_monitors_add(memory_api, name):
    _, path = OPERATIONS[name]
    assert (await memory_api.get(f"{path}?time=1")).status_code == 200


async def test_an_unknown_parameter_is_told_which_ones_there_are(memory_api, ann):
    answer = await memory_api.post("/predictions?abvoe=20000&above=2", json=ann)
    assert answer.json()["errors"] == [
        {"pointer": "/abvoe", "code": "unknown", "detail": "is not a known parameter: this takes above"}
    ]
    answer = await memory_api.post("/plans/comparison?above=2", json={})
    assert answer.json()["errors"] == [
        {"pointer": "/above", "code": "unknown", "detail": "is not a known parameter: this takes none"}
    ]


@pytest.mark.parametrize(
    ("query", "detail"),
    [("decimal=;", "must be . or ,"), ("format=pdf", "must be csv or xlsx or parquet or jsonl")],
)
async def test_a_choice_that_is_none_is_told_the_choices(memory_api, query, detail):
    answer = await memory_api.post(f"/jobs?name=people.csv&{query}", content=b"age\n40\n")
    assert answer.json()["errors"] == [{"pointer": f"/{query.partition('=')[0]}", "code": "choice", "detail": detail}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/scenarios", {"beneficiary": {}, "changes": []}),
        ("/scenarios", {"beneficiary": {}, "grid": {}}),
        ("/scenarios", {"beneficiary": {}, "grid": {"age": []}}),
        ("/plans/comparison", {"beneficiaries": [], "plans": []}),
        ("/groups/quote", {"beneficiaries": []}),
        ("/webhooks", {"url": "https://hooks.example.org", "events": []}),
    ],
)
async def test_a_list_of_a_wrong_length_has_the_same_code_everywhere(memory_api, path, body):
    errors = (await memory_api.post(path, json=body)).json()["errors"]
    assert {error["code"] for error in errors} == {"range"}


async def test_a_detail_points_to_fields_wherever_their_rule_is_checked(memory_api, ann):
    for path, body in (("/webhooks", {"url": "ftp://x", "events": ["job.done"]}), ("/predictions", {**ann, "age": 1})):
        problem = (await memory_api.post(path, json=body)).json()
        assert problem["detail"] == f"{problem['errors'][0]['pointer']}: {problem['errors'][0]['detail']}"

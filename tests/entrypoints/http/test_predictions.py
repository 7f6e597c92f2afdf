from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest


async def test_a_prediction_is_answered_with_its_place(api, ann):
    made = await api.post("/predictions", json=ann)
    assert made.status_code == 201
    assert (await api.get(f"http://127.0.0.1{made.headers['location']}")).json() == made.json()


async def test_an_answer_has_the_shape_of_the_contract(api, ann):
    answer = (await api.post("/predictions", json=ann)).json()
    names = [
        "id",
        "created_at",
        "beneficiary",
        "expected",
        "typical",
        "interval",
        "chance",
        "warnings",
        "model",
        "outcome",
        "about",
    ]
    assert list(answer) == names
    assert answer["beneficiary"] == ann
    assert answer["interval"]["low"] <= answer["typical"] <= answer["interval"]["high"]
    assert answer["expected"] == round(answer["expected"], 2)
    assert list(answer["model"]) == ["version", "digest"]


@pytest.mark.parametrize(("smoker", "understood"), [("yes", True), ("no", False), (True, True)])
async def test_smoking_may_be_said_in_words(api, ann, smoker, understood):
    answer = (await api.post("/predictions", json={**ann, "smoker": smoker})).json()
    assert answer["beneficiary"]["smoker"] is understood


async def test_facts_beyond_the_data_are_warned_of(api, ann):
    warnings = (await api.post("/predictions", json={**ann, "age": 99})).json()["warnings"]
    assert [(warning["code"], warning["field"]) for warning in warnings] == [("age_beyond_data", "age")]


async def test_the_same_key_gives_the_same_prediction(api, ann):
    first, second = [await api.post("/predictions", json=ann, headers={"Idempotency-Key": "a-1"}) for _ in range(2)]
    assert (second.status_code, second.json()) == (201, first.json())
    assert len((await api.get("/predictions")).json()["predictions"]) == 1


async def test_the_same_key_with_another_body_is_a_mistake_of_the_caller(api, ann):
    await api.post("/predictions", json=ann, headers={"Idempotency-Key": "a-1"})
    answer = await api.post("/predictions", json={**ann, "age": 41}, headers={"Idempotency-Key": "a-1"})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("", "reused")]
    predictions = (await api.get("/predictions")).json()["predictions"]
    assert [prediction["beneficiary"]["age"] for prediction in predictions] == [ann["age"]]


@pytest.mark.parametrize("key", ["", "x" * 201, "with space"])
async def test_an_unfit_idempotency_key_is_refused(api, ann, key):
    answer = await api.post("/predictions", json=ann, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert (await api.get("/predictions")).json()["predictions"] == []


async def test_pages_together_are_all_predictions_newest_first(api, ann):
    made = [(await api.post("/predictions", json={**ann, "age": 20 + i})).json()["id"] for i in range(5)]
    seen, url = [], "/predictions?limit=2"
    while url:
        page = await api.get(url)
        seen += [prediction["id"] for prediction in page.json()["predictions"]]
        following = page.links.get("next", {}).get("url")
        assert bool(following) == bool(page.json()["next"])
        url = following and f"http://127.0.0.1{following}"
    assert seen == made[::-1]


async def test_a_page_is_not_disturbed_by_what_is_made_meanwhile(api, ann):
    for _ in range(3):
        await api.post("/predictions", json=ann)
    first = (await api.get("/predictions?limit=2")).json()
    await api.post("/predictions", json=ann)
    second = (await api.get("/predictions", params={"limit": 2, "cursor": first["next"]})).json()
    ids = [prediction["id"] for prediction in [*first["predictions"], *second["predictions"]]]
    assert len(ids) == 3
    assert all(newer > older for newer, older in pairwise(ids))


@pytest.mark.parametrize(
    ("filters", "ages"),
    [
        ("smoker=yes", [30]),
        ("smoker=false", [31, 20]),
        ("sex=male", [31]),
        ("region=northeast&smoker=no", [20]),
        ("sex=male&smoker=yes", []),
    ],
)
async def test_predictions_are_filtered(api, ann, filters, ages):
    for changes in ({"age": 20}, {"age": 30, "smoker": True}, {"age": 31, "sex": "male", "region": "southwest"}):
        await api.post("/predictions", json={**ann, **changes})
    predictions = (await api.get(f"/predictions?{filters}")).json()["predictions"]
    assert [prediction["beneficiary"]["age"] for prediction in predictions] == ages


async def test_only_predictions_since_a_time_are_found(api, ann):
    await api.post("/predictions", json=ann)
    now = datetime.now(UTC)
    for since, count in ((now - timedelta(hours=1), 1), (now + timedelta(hours=1), 0)):
        predictions = (await api.get("/predictions", params={"since": since.isoformat()})).json()["predictions"]
        assert len(predictions) == count


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=501", "/limit"),
        ("limit=many", "/limit"),
        ("cursor=7", "/cursor"),
        ("since=2026-01-01T00:00:00", "/since"),
        ("since=yesterday", "/since"),
        ("since=1700000000", "/since"),
        ("smoker=maybe", "/smoker"),
        ("sex=x", "/sex"),
        ("region=moon", "/region"),
        ("smokr=yes", "/smokr"),
    ],
)
async def test_a_filter_that_does_not_fit_is_named(memory_api, query, pointer):
    answer = await memory_api.get(f"/predictions?{query}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_erased_prediction_is_gone(api, ann):
    path = f"/predictions/{(await api.post('/predictions', json=ann)).json()['id']}"
    assert (await api.delete(path)).status_code == 204
    assert [(await api.request(method, path)).status_code for method in ("GET", "DELETE")] == [404, 404]


async def test_an_outcome_is_remembered_and_may_be_corrected(api, ann):
    path = f"/predictions/{(await api.post('/predictions', json=ann)).json()['id']}"
    for charges, recorded in ((7000, 7000), (1e-300, 0), (7281.509, 7281.51)):  # in whole cents
        answer = await api.put(f"{path}/outcome", json={"charges": charges})
        assert (answer.status_code, answer.json()["outcome"]["charges"]) == (200, recorded)
    assert (await api.get(path)).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"charges": -1}, ["range"]),
        ({"charges": "7"}, ["type"]),
        ({"charges": True}, ["type"]),
        ({"charges": None}, ["type"]),
        ({"cost": 1}, ["unknown", "missing"]),
    ],
)
async def test_an_outcome_that_cannot_be_is_refused(api, ann, body, codes):
    path = f"/predictions/{(await api.post('/predictions', json=ann)).json()['id']}"
    answer = await api.put(f"{path}/outcome", json=body)
    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (422, codes)
    assert (await api.get(path)).json()["outcome"] is None


async def test_no_outcome_without_a_prediction(api):
    answer = await api.put("/predictions/00000000-0000-7000-8000-000000000000/outcome", json={"charges": 1})
    assert answer.status_code == 404

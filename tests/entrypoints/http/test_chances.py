"""The chance of no cost, of more than an amount, and explanations of the typical cost, over HTTP."""

from __future__ import annotations

import pytest


async def test_answers_say_how_likely_a_year_costs_nothing(api, ann):
    chance = (await api.post("/predictions", json=ann)).json()["chance"]
    assert list(chance) == ["zero"]
    assert 0 <= chance["zero"] <= 1


async def test_the_chance_of_more_than_an_amount_is_told_where_it_is_asked_for(api, ann):
    made = (await api.post("/predictions?above=1", json=ann)).json()
    costly = (await api.post("/predictions?above=1000000000", json=ann)).json()
    assert made["chance"]["above"] == 1
    assert costly["chance"]["above"] < 0.01
    assert list((await api.get(f"/predictions/{made['id']}")).json()["chance"]) == ["zero"]
    assert (await api.get(f"/predictions/{made['id']}?above=1")).json() == made


async def test_batches_and_scenarios_tell_it_too(api, ann):
    alone = (await api.post("/predictions?above=9000", json=ann)).json()["chance"]
    batch = (await api.post("/predictions/batch?above=9000", json=[ann])).json()
    body = {"beneficiary": ann, "changes": [{"age": 60}]}
    explored = (await api.post("/scenarios?above=9000", json=body)).json()
    assert [answer["chance"] for answer in (*batch["predictions"], explored["base"])] == [alone, alone]
    assert 0 <= explored["scenarios"][0]["chance"]["above"] <= 1


@pytest.mark.parametrize("amount", ["-1", "much", "nan", "inf", "1e12", ""])
@pytest.mark.parametrize("way", ["/predictions", "/predictions/batch", "/scenarios"])
async def test_what_is_no_amount_is_refused_by_name(api, ann, way, amount):
    answer = await api.post(f"{way}?above={amount}", json=ann)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/above"]


async def test_the_typical_cost_is_explained_as_well(api, ann):
    typical = (await api.post("/explanations", json={**ann, "of": "typical"})).json()
    assert typical["of"] == "typical"
    assert round(typical["baseline"] + sum(part["usd"] for part in typical["contributions"]), 2) == typical["typical"]
    expected = (await api.post("/explanations", json={**ann, "of": "expected"})).json()
    assert expected == (await api.post("/explanations", json=ann)).json()
    assert expected["of"] == "expected"


async def test_what_cannot_be_explained_is_refused_beside_what_else_is_wrong(api, ann):
    answer = await api.post("/explanations", json={**ann, "age": 7, "of": "mode"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/of", "/age"]

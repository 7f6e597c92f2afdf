"""What people would pay under plans, and what a group costs, over HTTP."""

from __future__ import annotations

import pytest

from domain.access.keys import Role
from domain.ports.keys import ApiKeys
from entrypoints.http.middleware.limits import RateLimit

BRONZE = {"deductible": 7000, "coinsurance": 0.4, "out_of_pocket_maximum": 9200, "premium": 4200, "name": "Bronze"}
GOLD = {"deductible": 1500, "coinsurance": 0.2, "out_of_pocket_maximum": 5000, "premium": 7200}


def errors_of(answer):
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def test_one_person_learns_what_each_plan_leaves_to_them(api, ann):
    answer = await api.post("/plans/comparison", json={"beneficiaries": [ann], "plans": [BRONZE, GOLD]})
    assert answer.status_code == 200
    bronze, gold = answer.json()["plans"]
    for plan, given in ((bronze, BRONZE), (gold, GOLD)):
        assert 0 <= plan["interval"]["low"] <= plan["typical"] <= plan["interval"]["high"]
        assert plan["interval"]["high"] <= given["out_of_pocket_maximum"]
        assert 0 <= plan["chance_of_maximum"] <= 1
        assert plan["with_premium"]["expected"] == pytest.approx(plan["expected"] + given["premium"])
        assert "standard_error" not in plan
    assert gold["expected"] < bronze["expected"]
    assert (bronze["name"], gold["name"]) == ("Bronze", "")
    (member,) = answer.json()["members"]
    estimate = (await api.post("/scenarios", json={"beneficiary": ann, "changes": [{}]})).json()["base"]
    assert (member["expected"], member["typical"]) == (estimate["expected"], estimate["typical"])
    assert bronze["typical"] == pytest.approx(min(member["typical"], 7000 + 0.4 * max(0, member["typical"] - 7000)))


async def test_a_household_shares_its_limits_and_learns_the_error_of_the_simulation(memory_api, ann):
    family = [ann, {**ann, "age": 42}, {**ann, "age": 19}]
    body = {"beneficiaries": family, "plans": [{**GOLD, "family_deductible": 3000, "family_maximum": 8000}]}
    (shared,) = (await memory_api.post("/plans/comparison", json=body)).json()["plans"]
    alone = [
        (await memory_api.post("/plans/comparison", json={"beneficiaries": [who], "plans": [GOLD]})).json()["plans"][0]
        for who in family
    ]
    assert 0 < shared["standard_error"] < 0.005 * shared["expected"]
    assert shared["expected"] < sum(plan["expected"] for plan in alone)
    assert shared["interval"]["high"] <= 8000
    again = (await memory_api.post("/plans/comparison", json=body)).json()["plans"]
    assert again == [shared]


async def test_all_that_is_wrong_with_a_household_and_its_plans_is_named(memory_api, ann):
    body = {
        "beneficiaries": [ann, {**ann, "age": 7, "hat": 1}, 3],
        "plans": [{"deductible": 9, "coinsurance": 2, "out_of_pocket_maximum": 1}, "gold"],
        "budget": 1,
    }
    assert errors_of(await memory_api.post("/plans/comparison", json=body)) == {
        ("/budget", "unknown"),
        ("/beneficiaries/1/age", "range"),
        ("/beneficiaries/1/hat", "unknown"),
        ("/beneficiaries/2", "type"),
        ("/plans/0/coinsurance", "range"),
        ("/plans/0/out_of_pocket_maximum", "range"),
        ("/plans/1", "type"),
    }


@pytest.mark.parametrize(
    ("people", "plans", "pointer"),
    [(0, 1, "/beneficiaries"), (11, 1, "/beneficiaries"), (1, 0, "/plans"), (1, 5, "/plans")],
)
async def test_households_and_plans_have_limits(memory_api, ann, people, plans, pointer):
    body = {"beneficiaries": [ann] * people, "plans": [GOLD] * plans}
    assert errors_of(await memory_api.post("/plans/comparison", json=body)) == {(pointer, "range")}


async def test_a_group_is_quoted(api, ann):
    group = [{**ann, "age": 20 + place % 45, "smoker": place % 5 == 0} for place in range(100)]
    answer = await api.post("/groups/quote", json={"beneficiaries": group, "attachment": 20_000})
    assert answer.status_code == 200
    quote = answer.json()
    assert quote["people"] == 100
    assert quote["interval"]["low"] < quote["expected"] < quote["interval"]["high"]
    assert quote["per_member_per_month"] == pytest.approx(quote["expected"] / 1200, abs=0.01)
    assert quote["specific"]["attachment"] == 20_000
    aggregate, excess = quote["aggregate"], quote["specific"]["expected_excess"]
    assert aggregate["expected"] + excess == pytest.approx(quote["expected"], abs=0.02)
    assert aggregate["attachment"] == pytest.approx(1.25 * aggregate["expected"], abs=0.02)
    assert 0 <= aggregate["chance"] < 0.2
    assert quote["drivers"][0]["fact"] == "smoker"
    assert quote["drivers"][0]["values"] == [True]
    dearest = quote["contributors"][0]
    alone = (await api.post("/scenarios", json={"beneficiary": group[dearest["row"] - 1], "changes": [{}]})).json()
    assert dearest["expected"] == pytest.approx(alone["base"]["expected"], abs=0.02)
    assert quote["level_error"] is None  # the stand-in was not trained
    listed = (await api.get("/predictions")).json()["predictions"]
    assert listed == []


async def test_a_group_has_defaults_and_may_be_one_person(memory_api, ann):
    quote = (await memory_api.post("/groups/quote", json={"beneficiaries": [ann]})).json()
    assert (quote["people"], quote["specific"]["attachment"], quote["aggregate"]["corridor"]) == (1, 50_000, 1.25)
    assert quote["drivers"] == []


async def test_all_that_is_wrong_with_a_group_is_named(memory_api, ann):
    body = {"beneficiaries": [ann, {**ann, "bmi": 2}, {}], "attachment": -1, "corridor": "wide", "hat": 1}
    wrong = errors_of(await memory_api.post("/groups/quote", json=body))
    assert {
        ("/hat", "unknown"),
        ("/attachment", "range"),
        ("/corridor", "type"),
        ("/beneficiaries/1/bmi", "range"),
        ("/beneficiaries/2/age", "missing"),
    } < wrong
    assert errors_of(await memory_api.post("/groups/quote", json={})) == {("/beneficiaries", "missing")}
    assert errors_of(await memory_api.post("/groups/quote", json={"beneficiaries": []})) == {
        ("/beneficiaries", "range")
    }


async def test_of_many_wrong_people_a_hundred_rules_are_named(memory_api, ann):
    body = {"beneficiaries": [{**ann, "age": 7}] * 150}
    answer = await memory_api.post("/groups/quote", json=body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 101
    assert "50 more" in answer.json()["errors"][-1]["detail"]


async def test_a_group_holds_up_to_ten_thousand(memory_api, ann):
    answer = await memory_api.post("/groups/quote", json={"beneficiaries": [ann] * 10_001})
    assert errors_of(answer) == {("/beneficiaries", "range")}


@pytest.mark.parametrize("path", ["/plans/comparison", "/groups/quote"])
async def test_what_is_no_json_object_is_refused(memory_api, path):
    assert (await memory_api.post(path, json=[1])).status_code == 400
    twice = '{"beneficiaries": [], "beneficiaries": []}'
    json = {"Content-Type": "application/json"}
    assert (await memory_api.post(path, content=twice, headers=json)).status_code == 400
    assert (await memory_api.post(path, content="a,b", headers={"Content-Type": "text/csv"})).status_code == 415


@pytest.mark.parametrize(("path", "more"), [("/plans/comparison", {"plans": [GOLD]}), ("/groups/quote", {})])
async def test_keys_are_asked_for_and_each_person_counts(memory_container, client_of, ann, path, more):
    keys = await memory_container.get(ApiKeys)
    key = {"X-API-Key": (await keys.create("ann", Role.CLIENT))[1]}
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(3)) as api:
        body = {"beneficiaries": [ann, ann], **more}
        assert (await api.post(path, json=body)).status_code == 401
        assert [(await api.post(path, json=body, headers=key)).status_code for _ in range(2)] == [200, 429]

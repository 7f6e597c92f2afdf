"""Whose predictions a caller sees and changes."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.access.keys import Role
from domain.ports.keys import ApiKeys
from domain.ports.predictions import PredictionRepository
from tests.support.recorded import NEW


@pytest.fixture
async def callers(container):
    """Headers of two clients, a reviewer and an admin."""
    keys = await container.get(ApiKeys)
    roles = {"ann": Role.CLIENT, "bob": Role.CLIENT, "reviewer": Role.REVIEWER, "admin": Role.ADMIN}
    return {name: {"X-API-Key": (await keys.create(name, role))[1]} for name, role in roles.items()}


async def seen_by(api, headers):
    listed = (await api.get("/predictions", headers=headers)).json()["predictions"]
    return [prediction["id"] for prediction in reversed(listed)]


async def test_clients_see_their_own_predictions_and_reviewers_all(container, client_of, callers, ann):
    old = str((await (await container.get(PredictionRepository)).add(NEW)).id)  # of before there were owners
    async with client_of(container, require_keys=True) as api:
        made = {}
        for name in ("ann", "bob"):
            made[name] = (await api.post("/predictions", json=ann, headers=callers[name])).json()["id"]
        everybodys = [old, made["ann"], made["bob"]]
        assert await seen_by(api, callers["ann"]) == [made["ann"]]
        assert await seen_by(api, callers["bob"]) == [made["bob"]]
        for all_seeing in ("reviewer", "admin"):
            assert await seen_by(api, callers[all_seeing]) == everybodys
            assert (await api.get(f"/predictions/{old}", headers=callers[all_seeing])).json()["owner"] is None
        for id in (old, made["bob"]):
            assert (await api.get(f"/predictions/{id}", headers=callers["ann"])).status_code == 404
        filtered = await api.get("/predictions", params={"smoker": "no", "limit": 1}, headers=callers["ann"])
        assert [prediction["id"] for prediction in filtered.json()["predictions"]] == [made["ann"]]


async def test_outcomes_are_changed_by_their_owner_or_an_admin_and_changes_are_told(container, client_of, callers, ann):
    async with client_of(container, require_keys=True) as api:
        made = (await api.post("/predictions", json=ann, headers=callers["ann"])).json()
        outcome = f"/predictions/{made['id']}/outcome"

        async def change(by, charges):
            return (await api.put(outcome, json={"charges": charges}, headers=callers[by])).status_code

        answers = [await change(by, n) for n, by in enumerate(("ann", "bob", "reviewer", "admin"))]
        assert answers == [200, 404, 403, 200]
        responses = {by: await api.get(f"{outcome}/changes", headers=callers[by]) for by in callers}
        assert {by: answer.status_code for by, answer in responses.items()} == {
            "ann": 403, "bob": 403, "reviewer": 200, "admin": 200
        }  # fmt: skip
        owner = (await api.get(f"/predictions/{made['id']}", headers=callers["reviewer"])).json()["owner"]
        changes = responses["reviewer"].json()["changes"]
        assert [(entry["charges"], entry["before"]) for entry in changes] == [(0, None), (3, 0)]
        assert changes[0]["by"] == owner != changes[1]["by"]
        assert (await api.delete(f"/predictions/{made['id']}", headers=callers["reviewer"])).status_code == 403


async def test_this_machine_is_an_owner_that_sees_everything(container, client_of, callers, ann):
    old = str((await (await container.get(PredictionRepository)).add(NEW)).id)
    async with client_of(container, require_keys=True) as api:
        keyed = (await api.post("/predictions", json=ann, headers=callers["ann"])).json()["id"]
    async with client_of(container) as api:
        local = (await api.post("/predictions", json=ann)).json()
        assert (await (await container.get(PredictionRepository)).get(UUID(local["id"]))).owner == "local"
        assert await seen_by(api, {}) == [old, keyed, local["id"]]
        assert (await api.put(f"/predictions/{old}/outcome", json={"charges": 1})).status_code == 200
    async with client_of(container, require_keys=True) as api:
        assert await seen_by(api, callers["ann"]) == [keyed]


@pytest.mark.parametrize("charges", ["1000000001", "1e308", "1" + "0" * 308])
async def test_an_outcome_has_an_upper_bound(memory_api, ann, charges):
    made = (await memory_api.post("/predictions", json=ann)).json()["id"]
    path, kind = f"/predictions/{made}/outcome", {"Content-Type": "application/json"}
    refused = await memory_api.put(path, content=f'{{"charges": {charges}}}', headers=kind)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/charges")
    assert (await memory_api.put(path, json={"charges": 1e9})).status_code == 200

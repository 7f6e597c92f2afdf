from __future__ import annotations

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.registry import MemoryRegistry
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from domain.access.keys import Role
from domain.errors import RegistryUnavailable
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.models.promotion import PromotionPolicy
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.registry import ModelRegistry
from tests.support.default_schema import DEFAULT
from tests.support.waiting import eventually

PROBLEM = "application/problem+json"


@pytest.fixture
async def versions(memory_container, tmp_path):
    """Version 1 passed the gate, version 2 was refused by it; there is no champion yet."""
    ledger, registry = [await memory_container.get(port) for port in (ModelLedger, ModelRegistry)]
    claims, plan, trainer = small_sample(DEFAULT, 60), FoldPlan(n_splits=3), MemoryTrainer(FixedClock())
    recipe = Recipe(family="unconditional")
    for number, first_gain in ((1, -1.0), (2, 0.99)):
        test = trainer.test(recipe, claims, plan)
        into = tmp_path / str(number)
        model = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)
        await ledger.admit(await registry.register(model))
        policy = PromotionPolicy(first_gain=first_gain, coverage=(0.0, 1.0))
        await ledger.attach(number, policy.judge(trainer.compare(model, None, claims, plan)))
    return ledger


async def changed(api, path, **sent):
    """Ask for a change, and give its job once that has ended."""
    answer = await api.post(path, **sent)
    assert answer.status_code == 202, answer.text
    place = f"http://127.0.0.1{answer.headers['location']}"
    headers = sent.get("headers")
    jobs = [answer.json()]
    assert jobs[0]["state"] == "waiting"

    async def ended():
        jobs.append((await api.get(place, headers=headers)).json())
        return jobs[-1]["state"] in ("done", "failed")

    await eventually(ended)
    return jobs[-1]


async def test_a_version_that_passed_the_gate_is_promoted_without_a_body(memory_api, versions):
    job = await changed(memory_api, "/models/1/promotion")
    assert (job["kind"], job["state"], job["owner"], job["problem"]) == ("promotion", "done", "local", None)
    assert job["created_at"] <= job["started_at"] <= job["ended_at"]
    entry, recorded = job["result"], (await versions.history())[-1]
    assert entry == {
        "number": 1, "change": "promotion", "version": 1, "digest": recorded.digest, "replaces": None,
        "at": entry["at"], "by": "loopback", "reason": "passed the gate", "overridden": False, "seal": recorded.seal,
    }  # fmt: skip
    assert (await memory_api.get("/models/champion")).json()["version"] == 1


async def test_what_the_gate_refuses_is_a_conflict_with_its_reasons(memory_api, versions):
    job = await changed(memory_api, "/models/2/promotion", json={})
    assert (job["state"], job["result"]) == ("failed", None)
    refused = job["problem"]
    assert (refused["status"], refused["type"]) == (409, "urn:medcost:problem:conflict")
    assert refused["instance"] == f"/api/v1/jobs/{job['id']}"
    assert "the gate refuses version 2: CRPS" in refused["detail"]
    assert await versions.history() == ()


async def test_a_reason_overrides_the_gate_and_a_rollback_goes_back(memory_api, versions):
    await changed(memory_api, "/models/1/promotion")
    promoted = (await changed(memory_api, "/models/2/promotion", json={"reason": "Ann asked for it"}))["result"]
    assert (promoted["overridden"], promoted["reason"], promoted["replaces"]) == (True, "Ann asked for it", 1)
    back = (await changed(memory_api, "/models/rollback", json={"reason": "complaints"}))["result"]
    assert (back["change"], back["version"], back["replaces"], back["reason"]) == ("rollback", 1, 2, "complaints")
    refused = (await changed(memory_api, "/models/rollback"))["problem"]
    assert (refused["status"], refused["detail"]) == (409, "there is no champion before this one to roll back to")
    assert [entry.version for entry in await versions.history()] == [1, 2, 1]


@pytest.mark.parametrize(
    ("version", "status"), [("7", 404), ("0", 404), ("-1", 422), ("99999999999999999999", 422), ("one", 404)]
)
async def test_a_version_that_is_not_there_is_not_promoted(memory_api, versions, version, status):
    answer = await memory_api.post(f"/models/{version}/promotion", json={"reason": "a try"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize("path", ["/models/1/promotion", "/models/rollback"])
@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ('{"reason": ""}', 422, ["/reason"]),
        ('{"reason": " x"}', 422, ["/reason"]),
        ('{"reason": "a\\u0000b"}', 422, ["/reason"]),
        ('{"reason": "a\\u001b[2Jb"}', 422, ["/reason"]),
        (f'{{"reason": "{"x" * 501}"}}', 422, ["/reason"]),
        ('{"reason": null, "by": "eve"}', 422, ["/by", "/reason"]),
        ("[]", 400, []),
        ("{", 400, []),
    ],
)
async def test_a_bad_reason_changes_nothing(memory_api, versions, path, body, status, pointers):
    answer = await memory_api.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers
    assert await versions.history() == ()


async def test_a_body_of_another_type_is_refused(memory_api, versions):
    assert (await memory_api.post("/models/1/promotion", content="why")).status_code == 415


async def test_only_an_admin_changes_the_champion_and_stands_in_the_ledger_by_name(
    memory_container, client_of, versions
):
    keys = await memory_container.get(ApiKeys)
    client, admin = [
        {"X-API-Key": (await keys.create(f"ann the {role}", role))[1]} for role in (Role.CLIENT, Role.ADMIN)
    ]
    async with client_of(memory_container, require_keys=True) as api:
        for path in ("/models/1/promotion", "/models/rollback"):
            assert (await api.post(path)).status_code == 401
            assert (await api.post(path, headers=client)).status_code == 403
        assert await versions.history() == ()
        job = await changed(api, "/models/1/promotion", headers=admin)
        assert job["result"]["by"] == "ann the admin"
        assert (await api.get(f"/jobs/{job['id']}", headers=client)).status_code == 404
        assert (await api.get(f"/jobs/{job['id']}")).status_code == 401


async def test_while_a_change_is_under_way_another_is_refused_at_once(memory_container, memory_api, versions):
    async with versions.exclusive():  # nobody else gets on
        first = await memory_api.post("/models/1/promotion")
        for path in ("/models/1/promotion", "/models/rollback"):
            refused = await memory_api.post(path)
            assert (refused.status_code, refused.headers["content-type"]) == (409, PROBLEM)
            assert "is under way" in refused.json()["detail"]
        assert (await memory_api.get(f"/jobs/{first.json()['id']}")).json()["state"] in ("waiting", "running")
    assert (await memory_api.get("/jobs/01a228ab-29de-7614-8404-9798736bf9b5")).status_code == 404


async def test_without_the_registry_the_champion_stays(memory_container, memory_api, versions):
    registry = await memory_container.get(ModelRegistry)
    assert isinstance(registry, MemoryRegistry)
    registry.failure = RegistryUnavailable("no answer from MLflow", retry_after=4.2)
    problem = (await changed(memory_api, "/models/1/promotion"))["problem"]
    assert (problem["status"], problem["detail"]) == (503, "no answer from MLflow")
    assert await versions.history() == ()


async def test_a_damaged_model_is_not_promoted_and_the_answer_says_so(memory_container, memory_api, versions):
    registry = await memory_container.get(ModelRegistry)
    assert isinstance(registry, MemoryRegistry)
    (registry.workspace / "1" / "medcost" / "cost.json").write_text("{}")
    problem = (await changed(memory_api, "/models/1/promotion"))["problem"]
    assert problem["status"] == 409
    assert "cost.json" in problem["detail"]
    assert await versions.history() == ()


@pytest.mark.parametrize("path", ["/models", "/models/champion"])
async def test_models_that_are_there_already_are_not_sent_again_until_something_changes(memory_api, versions, path):
    await changed(memory_api, "/models/1/promotion")
    first = await memory_api.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for given in (tag, f'"other", W/{tag}', "*"):
        again = await memory_api.get(path, headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await changed(memory_api, "/models/2/promotion", json={"reason": "another champion"})
    later = await memory_api.get(path, headers={"If-None-Match": tag})
    assert later.status_code == 200
    assert later.headers["etag"] != tag
    assert later.json() != first.json()


async def test_without_a_champion_a_tag_is_no_excuse(memory_api):
    assert (await memory_api.get("/models/champion", headers={"If-None-Match": "*"})).status_code == 404


async def test_one_idempotency_key_is_one_job(memory_api, versions):
    once = {"Idempotency-Key": "promote-1"}
    first = await changed(memory_api, "/models/1/promotion", headers=once)
    again = await memory_api.post("/models/1/promotion", headers=once)
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (202, first["id"], "done")
    for path, sent in (("/models/1/promotion", {"json": {"reason": "other"}}), ("/models/rollback", {})):
        refused = await memory_api.post(path, headers=once, **sent)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:medcost:problem:reused-key")
    assert len(await versions.history()) == 1

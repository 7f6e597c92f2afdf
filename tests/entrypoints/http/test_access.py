from __future__ import annotations

import pytest

from domain.access.keys import Role
from domain.ports.keys import ApiKeys


@pytest.fixture
async def keys(container) -> ApiKeys:
    return await container.get(ApiKeys)


async def test_a_key_opens_the_api_in_either_header(container, client_of, keys, ann):
    _, secret = await keys.create("ann", Role.CLIENT)
    async with client_of(container, require_keys=True) as api:
        for headers in ({"Authorization": f"Bearer {secret}"}, {"X-API-Key": secret}):
            assert (await api.post("/predictions", json=ann, headers=headers)).status_code == 201


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "guess"}, {"Authorization": "Basic eDp5"}])
async def test_without_a_known_key_nothing_is_answered(container, client_of, ann, headers):
    async with client_of(container, require_keys=True) as api:
        for method, path in (
            ("POST", "/predictions"),
            ("GET", "/predictions"),
            ("GET", "/models"),
            ("GET", "/metrics"),
        ):
            answer = await api.request(method, path, headers=headers, json=ann)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


async def test_health_and_documentation_need_no_key(container, client_of):
    async with client_of(container, require_keys=True) as api:
        for path in ("/health/live", "/health/serving", "/health/ready", "/schema/openapi.json", "/docs"):
            assert (await api.get(path)).status_code == 200


async def test_only_an_admin_erases(container, client_of, keys, ann):
    client, admin = [{"X-API-Key": (await keys.create(role, role))[1]} for role in (Role.CLIENT, Role.ADMIN)]
    async with client_of(container, require_keys=True) as api:
        path = f"/predictions/{(await api.post('/predictions', json=ann, headers=client)).json()['id']}"
        assert (await api.delete(path, headers=client)).status_code == 403
        assert (await api.get(path, headers=client)).status_code == 200
        assert (await api.delete(path, headers=admin)).status_code == 204


async def test_a_revoked_key_opens_nothing(container, client_of, keys):
    key, secret = await keys.create("ann", Role.CLIENT)
    await keys.revoke(key.id)
    async with client_of(container, require_keys=True) as api:
        assert (await api.get("/models", headers={"X-API-Key": secret})).status_code == 401


async def test_callers_do_not_meet_in_their_idempotency_keys(container, client_of, keys, ann):
    secrets = [(await keys.create(name, Role.CLIENT))[1] for name in ("ann", "bob")]
    async with client_of(container, require_keys=True) as api:
        made = [
            await api.post("/predictions", json=ann, headers={"X-API-Key": secret, "Idempotency-Key": "1"})
            for secret in secrets
        ]
    assert made[0].json()["id"] != made[1].json()["id"]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.9.9.9"])
async def test_this_machine_is_answered_without_a_key(memory_api, host):
    assert (await memory_api.get("/health/live", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:x", "127.0.0.1:99999"])
async def test_a_host_with_a_bad_port_is_no_failure_of_ours(memory_api, host):
    answer = await memory_api.get("/nothing", headers={"Host": host})
    assert answer.status_code in {404, 421}
    assert answer.json()["instance"] == "/api/v1/nothing"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "[", "localhost.evil"])
async def test_a_foreign_host_is_misdirected(memory_api, host):
    answer = await memory_api.get("/health/live", headers={"Host": host})
    assert (answer.status_code, answer.json()["type"]) == (421, "urn:medcost:problem:misdirected")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1"]
)
async def test_a_page_of_another_site_is_refused(memory_api, ann, origin):
    refused = await memory_api.post("/predictions", json=ann, headers={"Origin": origin})
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert (await memory_api.get("/predictions")).json()["predictions"] == []


async def test_an_allowed_host_is_answered(memory_container, client_of):
    async with client_of(memory_container, allowed_hosts=("medcost.test",)) as api:
        for host, status in (("medcost.test", 200), ("other.test", 421)):
            assert (await api.get("/health/live", headers={"Host": host})).status_code == status


async def test_our_own_page_is_answered(memory_api):
    assert (await memory_api.get("/health/live", headers={"Origin": "http://127.0.0.1"})).status_code == 200


async def test_a_page_of_another_site_is_refused_where_keys_are_asked_for_too(memory_container, client_of):
    async with client_of(memory_container, require_keys=True) as api:
        assert (await api.get("/health/live", headers={"Origin": "https://evil.example"})).status_code == 403


async def test_with_keys_any_host_is_answered(memory_container, client_of):
    async with client_of(memory_container, require_keys=True) as api:
        assert (await api.get("/health/live", headers={"Host": "medcost.test"})).status_code == 200

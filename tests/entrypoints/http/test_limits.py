from __future__ import annotations

import httpx
import pytest

from domain.keys import Role
from domain.ports.keys import ApiKeys
from entrypoints.http.limits import RateLimit, site


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


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ("fe80::1%eth0", "fe80::2", "fe81::1"),
    ],
)
def test_a_customers_addresses_are_one_caller(address, same, other):
    assert site(address) == site(same) != site(other)

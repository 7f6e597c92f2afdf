from __future__ import annotations

import asyncio

import pytest

ORIGIN = "https://app.example.org"


async def test_an_answer_is_not_kept_sniffed_framed_or_run(memory_api, ann):
    for answer in (
        await memory_api.post("/predictions", json=ann),
        await memory_api.get("/nowhere"),
        await memory_api.get("/models", headers={"Host": "evil.example"}),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "strict-transport-security" not in answer.headers


async def test_the_documentation_may_be_kept_and_run_its_own_scripts(memory_api):
    assert (await memory_api.get("/docs")).headers["content-security-policy"].startswith("default-src 'self'")
    assert (await memory_api.get("/docs/start.js")).headers["cache-control"] == "public, max-age=3600"


async def test_who_is_served_by_https_is_told_to_come_by_https_only(memory_container, client_of):
    async with client_of(memory_container, https=True) as api:
        assert "max-age" in (await api.get("/health/live")).headers["strict-transport-security"]


async def test_pages_of_a_named_origin_may_call_from_a_browser_and_no_others(memory_container, client_of, ann):
    async with client_of(memory_container, allowed_origins=(ORIGIN,)) as api:
        preflight_headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
        preflight = await api.options("/predictions", headers=preflight_headers)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        made = await api.post("/predictions", json=ann, headers={"Origin": ORIGIN})
        assert (made.status_code, made.headers["access-control-allow-origin"]) == (201, ORIGIN)
        assert "access-control-allow-credentials" not in made.headers
        other = await api.post("/predictions", json=ann, headers={"Origin": "https://evil.example"})
        assert other.status_code == 403


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
async def test_no_page_elsewhere_may_call_unless_configured(memory_api, ann, method):
    answer = await memory_api.request(method, "/predictions", json=ann, headers={"Origin": ORIGIN})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


async def test_a_request_without_an_answer_in_time_is_told_to_come_again(memory_container, client_of):
    async def never():
        yield b"{"
        await asyncio.sleep(30)

    async with client_of(memory_container, deadline=0.05) as api:
        answer = await api.post("/predictions", content=never(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"] == "urn:medcost:problem:unavailable"

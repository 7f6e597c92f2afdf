"""The API below a path, behind a proxy that strips the path and behind one that does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from domain.errors import ConfigurationError
from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import web_app
from tests.support.people import ANN_FACTS

ROOT = "/medcost"


@pytest.fixture(params=[ROOT, ""], ids=["kept", "stripped"])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """The API as a proxy of one kind or the other asks it."""
    app = web_app(load({"profile": "memory", "root_path": ROOT}, environment={}), serve="api")
    transport = httpx.ASGITransport(cast("Any", app))
    headers = {"X-Forwarded-Prefix": ROOT}
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://127.0.0.1{request.param}", headers=headers
    ) as client:
        yield client


async def test_addresses_in_answers_hold_the_path(api: httpx.AsyncClient) -> None:
    made = await api.post("/api/v1/predictions", json=ANN_FACTS)
    assert made.headers["location"] == f"{ROOT}/api/v1/predictions/{made.json()['id']}"
    await api.post("/api/v1/predictions", json=ANN_FACTS)
    page = await api.get("/api/v1/predictions", params={"limit": 1})
    assert page.headers["link"].startswith(f"<{ROOT}/api/v1/predictions?limit=1&cursor=")
    job = await api.post("/api/v1/models/rollback")
    assert job.headers["location"] == f"{ROOT}/api/v1/jobs/{job.json()['id']}"
    missing = await api.get("/api/v1/nothing")
    assert (missing.status_code, missing.json()["instance"]) == (404, f"{ROOT}/api/v1/nothing")


async def test_the_description_names_the_path_as_its_server(api: httpx.AsyncClient) -> None:
    document = (await api.get("/api/v1/schema/openapi.json")).json()
    assert document["servers"] == [{"url": ROOT}]
    assert "/api/v1/predictions" in document["paths"]
    assert (await api.get("/api/v1/docs")).status_code == 200


async def test_only_the_whole_path_is_taken_off() -> None:
    app = web_app(load({"profile": "memory", "root_path": "/med"}, environment={}), serve="api")
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/med/api/v1/health/live")).status_code == 200
        assert (await client.get("/medcost/api/v1/health/live")).status_code == 404


@pytest.mark.parametrize("wrong", ["medcost", "/medcost/", "/", "//", "/a b", "/a?b", 'x"'])
def test_what_is_no_path_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="root_path"):
        load({"root_path": wrong}, environment={})

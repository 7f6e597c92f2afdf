"""The command line, the API's health and the description of the API name one release."""

from __future__ import annotations

import httpx

from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import web_app
from tests.support import command


async def test_the_command_line_and_the_api_name_the_same_release(tmp_path):
    app = web_app(load({"profile": "memory", "home": tmp_path}), serve="api")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1/api/v1") as api:
        alive, described = await api.get("/health/live"), await api.get("/schema/openapi.json")
    printed = command.call("--version", home=tmp_path)
    assert printed.status == 0
    assert printed.output.strip() == alive.json()["version"] == described.json()["info"]["version"]

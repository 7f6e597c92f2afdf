from __future__ import annotations

from functools import partial
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from entrypoints.hosting.site_guard import SiteGuard, refusal


async def page(request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def guard(**policy: Any) -> SiteGuard:
    app = Starlette(routes=[Route("/", page), WebSocketRoute("/ws", socket)])
    return SiteGuard(app, partial(refusal, **{"allowed_hosts": (), **policy}))


async def get(app: SiteGuard, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.get("/", headers=headers)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "127.0.0.2"])
async def test_this_machine_is_let_in(host: str):
    assert (await get(guard(), host=host)).text == "hello"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7:8000", "", "[::1"])
async def test_a_name_that_is_not_ours_is_refused(host: str):
    refused = await get(guard(), host=host)
    assert (refused.status_code, refused.headers["content-type"]) == (421, "text/plain; charset=utf-8")


async def test_an_allowed_name_is_let_in():
    assert (await get(guard(allowed_hosts=("costs.example",)), host="costs.example:443")).text == "hello"


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost:1", "null", "http://["])
async def test_a_page_from_elsewhere_is_refused(origin: str):
    assert (await get(guard(), host="localhost:8000", origin=origin)).status_code == 403


async def test_a_page_from_elsewhere_is_refused_under_any_host():
    refused = await get(guard(any_host=True), host="costs.example", origin="https://evil.example")
    assert refused.status_code == 403


async def test_our_own_page_is_let_in():
    assert (await get(guard(any_host=True), host="costs.example", origin="https://costs.example")).text == "hello"


async def test_any_host_is_ours_only_as_long_as_none_is_allowed_by_name():
    assert (await get(guard(any_host=True), host="costs.example")).status_code == 200
    assert (await get(guard(any_host=True, allowed_hosts=("a.example",)), host="costs.example")).status_code == 421


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "[2001:db8::7]:8000"])
async def test_an_address_is_ours_where_others_reach_us(host: str):
    assert (await get(guard(any_address=True), host=host)).status_code == 200
    assert (await get(guard(any_address=True), host="evil.example")).status_code == 421


async def test_an_allowed_page_is_let_in():
    allowed = guard(allowed_hosts=("costs.example",))
    assert (await get(allowed, host="localhost:8000", origin="https://costs.example")).status_code == 200


async def test_no_page_is_ours_where_no_host_is_told():
    assert (await get(guard(any_host=True), host="", origin="null")).status_code == 403


async def opened(app: SiteGuard, **headers: str) -> list[str]:
    """What a websocket is told after it asked to be opened."""
    sent: list[str] = []
    received = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

    async def receive() -> dict:
        return next(received)

    async def send(message) -> None:
        sent.append(message["type"])

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await app(
        {"type": "websocket", "path": "/ws", "headers": raw, "query_string": b"", "subprotocols": []}, receive, send
    )
    return sent


async def test_a_websocket_from_elsewhere_is_refused():
    assert await opened(guard(), host="localhost:8000", origin="http://evil.example") == ["websocket.close"]


async def test_our_own_websocket_is_let_in():
    sent = await opened(guard(), host="localhost:8000", origin="http://localhost:8000")
    assert sent == ["websocket.accept", "websocket.send", "websocket.close"]


async def test_pages_may_load_nothing_foreign():
    assert "default-src 'self'" in (await get(guard())).headers["content-security-policy"]

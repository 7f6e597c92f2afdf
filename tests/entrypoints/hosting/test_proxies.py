from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from entrypoints.hosting.proxies import BehindProxies


async def caller(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.client and request.client.host} {request.url.scheme}")


async def ask(proxies: tuple[str, ...], forwarded_for: str) -> str:
    app = BehindProxies(Starlette(routes=[Route("/", caller)]), proxies)
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return (await client.get("/", headers={"x-forwarded-for": forwarded_for, "x-forwarded-proto": "https"})).text


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("a:b, 203.0.113.5, 192.0.2.9", "203.0.113.5"),
        ("203.0.113.5:443", "203.0.113.5"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
async def test_the_last_address_that_is_no_proxy_is_the_client(forwarded_for: str, client: str):
    assert await ask(("192.0.2.0/24",), forwarded_for) == f"{client} https"


@pytest.mark.parametrize("forwarded_for", ["a:b", "unknown", "[::1", "", ":", "203.0.113.5, a:b", "1.2.3.4.5"])
async def test_what_is_no_address_is_ignored(forwarded_for: str):
    assert await ask(("192.0.2.7",), forwarded_for) == "192.0.2.7 https"


async def test_nobody_but_a_named_proxy_is_believed():
    assert await ask((), "203.0.113.5") == "192.0.2.7 http"

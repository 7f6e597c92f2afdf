from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse
from websockets.sync.client import connect

from entrypoints.hosting.asgi import Dispatcher

_SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Life:
    """A lifespan that says what happened."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.happened: list[str] = []
        self._failure = failure

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        if self._failure:
            raise self._failure
        self.happened.append("opened")
        yield
        self.happened.append("closed")


def dispatcher(life: Life) -> Dispatcher:
    return Dispatcher(PlainTextResponse("api"), PlainTextResponse("page"), life())


async def lived(app: Dispatcher) -> list[str]:
    sent: list[str] = []
    received = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict:
        return next(received)

    async def send(message) -> None:
        sent.append(message["type"])

    try:
        await app({"type": "lifespan"}, receive, send)
    except OSError:
        sent.append("raised")
    return sent


@pytest.mark.parametrize(
    ("path", "answered"),
    [("/", "page"), ("/api", "api"), ("/api/v1/predictions", "api"), ("/apiary", "page"), ("/nowhere", "page")],
)
async def test_the_api_gets_its_paths_and_the_dashboard_all_others(path: str, answered: str):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(dispatcher(Life())), base_url="http://localhost"
    ) as client:
        assert (await client.get(path)).text == answered


async def test_what_is_opened_at_the_start_is_closed_at_the_end():
    life = Life()
    assert await lived(dispatcher(life)) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert life.happened == ["opened", "closed"]


async def test_a_start_that_fails_is_told_to_the_server():
    assert await lived(dispatcher(Life(OSError("no database")))) == ["lifespan.startup.failed", "raised"]


@pytest.mark.parametrize(("serve", "api", "page"), [("api", 200, 404), ("dashboard", 404, 200)])
def test_a_process_can_serve_one_of_them(serve: str, api: int, page: int, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints.hosting.asgi", "--serve", serve, "--fd", str(listener.fileno())],
            # keys do not let a foreign host in: the pages know none
            env={
                **os.environ,
                "MEDCOST_PROFILE": "memory",
                "MEDCOST_HOME": str(tmp_path),
                "MEDCOST_REQUIRE_KEYS": "true",
            },
            cwd=tmp_path,
            pass_fds=[listener.fileno()],
            stderr=(tmp_path / "log").open("wb"),
        )
        try:
            assert httpx.get(f"{url}/api/v1/health/ready", timeout=60).status_code == api
            assert httpx.get(f"{url}/", timeout=60).status_code == page
            paths = ["/api/v1/health/ready"] if serve == "api" else ["/", "/history", _SOCKET]
            for path in paths:
                assert httpx.get(f"{url}{path}", headers={"Host": "evil.example"}, timeout=60).status_code == 421
                elsewhere = httpx.get(f"{url}{path}", headers={"Origin": "http://evil.example"}, timeout=60)
                assert elsewhere.status_code == 403
                upgrade = {**_UPGRADE, "Host": "evil.example", "Origin": "http://evil.example"}
                assert httpx.get(f"{url}{path}", headers=upgrade, timeout=60).status_code in (403, 421)
            if serve == "dashboard":
                send_nonsense(url)
        finally:
            process.terminate()
            process.wait(timeout=20)
        assert "Traceback" not in (tmp_path / "log").read_text()


def send_nonsense(url: str) -> None:
    """Send what no page sends: an upload that is cut off, a form that ends early, packets that are none."""
    upload = re.search(r"/batch/[\w-]{30,}/people", httpx.get(f"{url}/batch", timeout=60).text)
    assert upload
    for target in (f"PUT {upload[0]}", "POST /sign-in"):
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as cut:
            cut.sendall(f"{target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nage".encode())
    for packet in ('42["event",{}]', "42{}", "42[nonsense", "4999", "\0"):
        with connect(f"{url}{_SOCKET}".replace("http", "ws", 1).replace("polling", "websocket")) as page:
            page.recv()
            page.send("40")
            page.recv()
            page.send(packet)

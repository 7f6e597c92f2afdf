from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse

from entrypoints.wiring.asgi import Dispatcher


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
    said: list[str] = []
    told = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict:
        return next(told)

    async def send(message) -> None:
        said.append(message["type"])

    try:
        await app({"type": "lifespan"}, receive, send)
    except OSError:
        said.append("raised")
    return said


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
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints.wiring.asgi", "--serve", serve, "--fd", str(door.fileno())],
            env={**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(tmp_path)},
            cwd=tmp_path,
            pass_fds=[door.fileno()],
        )
        try:
            assert httpx.get(f"{url}/api/v1/health/ready", timeout=60).status_code == api
            assert httpx.get(f"{url}/", timeout=60).status_code == page
        finally:
            process.terminate()
            process.wait(timeout=20)

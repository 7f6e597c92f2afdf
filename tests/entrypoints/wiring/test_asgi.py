from __future__ import annotations

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

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from dishka import AsyncContainer

from entrypoints.http.app import create_app
from entrypoints.http.options import ApiOptions
from entrypoints.wiring.settings import Settings, load
from entrypoints.wiring.web import web_container

ClientOf = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def ann() -> dict[str, object]:
    return {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


@pytest.fixture(params=["memory", "embedded"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """The profiles over which every test runs; the model is the memory one in both."""
    if request.param == "memory":
        return load({"profile": "memory"})
    database = request.getfixturevalue("database_template")(f"http_{uuid4().hex}")
    return load({"profile": "embedded", "predictor": "memory", "database_url": database})


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    made = web_container(settings)
    yield made
    await made.close()


@pytest.fixture
def client_of() -> ClientOf:
    """`async with client_of(container, require_keys=True) as api`: the whole API, without a socket."""

    @asynccontextmanager
    async def client(container: AsyncContainer, **options: object) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(container, ApiOptions(**options))  # type: ignore[arg-type]  # the test knows the options
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's ASGI types are narrower
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as api:
            yield api

    return client


@pytest.fixture
async def api(container: AsyncContainer, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client:
        yield client


@pytest.fixture
async def memory_container() -> AsyncIterator[AsyncContainer]:
    made = web_container(load({"profile": "memory"}))
    yield made
    await made.close()


@pytest.fixture
async def memory_api(memory_container: AsyncContainer, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    """For what no database takes part in."""
    async with client_of(memory_container) as client:
        yield client

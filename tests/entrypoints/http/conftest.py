from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from dishka import AsyncContainer, Provider, Scope, provide

from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from domain.ports.explainer import Explainer
from domain.ports.loader import LoadedModel
from domain.ports.predictor import Predictor
from entrypoints.http.app import create_app
from entrypoints.http.options import ApiOptions
from entrypoints.wiring.door import refusal
from entrypoints.wiring.settings import Settings, load
from entrypoints.wiring.web import web_container

ClientOf = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


class MemoryModel(Provider):
    """The memory profile's model, whichever database there is: these tests are about the API."""

    scope = Scope.APP

    @provide(override=True)
    def loaded(self) -> LoadedModel:
        return NeighbourPredictor(small_sample())

    @provide(override=True)
    def predictor(self, model: LoadedModel) -> Predictor:
        return model

    @provide(override=True)
    def explainer(self, model: LoadedModel) -> Explainer:
        return model


@pytest.fixture
def ann() -> dict[str, object]:
    return {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


@pytest.fixture(params=["memory", "embedded"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The profiles over which every test runs."""
    if request.param == "memory":
        return load({"profile": "memory"})
    database = request.getfixturevalue("database_template")(f"http_{uuid4().hex}")
    return load({"profile": "embedded", "predictor": "in_process", "database_url": database, "home": tmp_path})


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    made = web_container(settings, MemoryModel())
    yield made
    await made.close()


@pytest.fixture
def client_of() -> ClientOf:
    """`async with client_of(container, require_keys=True) as api`: the whole API, without a socket."""

    @asynccontextmanager
    async def client(
        container: AsyncContainer, *, require_keys: bool = False, allowed_hosts: tuple[str, ...] = (), **limits: object
    ) -> AsyncIterator[httpx.AsyncClient]:
        origins: tuple[str, ...] = limits.get("allowed_origins", ())  # type: ignore[assignment]  # whichever a test says
        refused = partial(refusal, keyless=not require_keys, allowed_hosts=allowed_hosts, allowed_origins=origins)
        app = create_app(container, ApiOptions(refused, require_keys=require_keys, **limits))  # type: ignore[arg-type]  # whichever a test says
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

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest
from dishka import AsyncContainer, Provider, Scope, provide

from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from domain.people.schema import Schema
from domain.ports.explainer import Explainer
from domain.ports.loader import LoadedModel
from domain.ports.predictor import Predictor
from entrypoints.composition.settings import Settings, load
from entrypoints.hosting.site_guard import refusal
from entrypoints.hosting.working import working
from entrypoints.http.options import ApiOptions
from tests.support import in_process
from tests.support.default_schema import DEFAULT
from tests.support.web_parts import api_of, container_of


@dataclass(frozen=True)
class ApiProcess:
    """A real process that serves the API: where, a key for each role, and its most bytes of memory so far."""

    url: str
    keys: dict[str, str]
    pid: int

    def peak(self) -> int:
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():  # not Linux: what it has now
            return psutil.Process(self.pid).memory_info().rss
        return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line)


@pytest.fixture(scope="session")
def api_process() -> Iterator[Callable[[str], ApiProcess]]:
    """`api_process("keys")` serves the API of the memory profile, or `"open"`, without asking for keys."""
    started: dict[str, tuple[subprocess.Popen[bytes], ApiProcess]] = {}

    def start(access: str) -> ApiProcess:
        if access not in started:
            command = [sys.executable, str(Path(__file__).with_name("api_process.py")), access]
            process = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert process.stdout
            started[access] = process, ApiProcess(**json.loads(process.stdout.readline()), pid=process.pid)
        return started[access][1]

    yield start
    for process, _ in started.values():
        process.kill()
        process.communicate(timeout=20)


ClientOf = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


class MemoryModel(Provider):
    """The memory profile's model, whichever database there is: these tests are about the API."""

    scope = Scope.APP

    @provide(override=True)
    def loaded(self) -> LoadedModel:
        return NeighbourPredictor(small_sample(DEFAULT))

    @provide(override=True)
    def predictor(self, model: LoadedModel) -> Predictor:
        return model

    @provide(override=True)
    def explainer(self, model: LoadedModel) -> Explainer:
        return model


@cache
def _memory() -> Settings:
    return load({"profile": "memory", "jobs_every": 0.02, "webhooks_every": 3600})


@pytest.fixture
def ann() -> dict[str, object]:
    return {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


@pytest.fixture(params=["memory", "embedded"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The profiles over which every test runs."""
    if request.param == "memory":
        return _memory()
    database = request.getfixturevalue("database_template")(f"http_{uuid4().hex}")
    return load({"profile": "embedded", "predictor": "in_process", "database_url": database, "home": tmp_path})


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    made = container_of(settings, MemoryModel)
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
        refused = partial(refusal, any_host=require_keys, allowed_hosts=allowed_hosts, allowed_origins=origins)
        options = ApiOptions(refused, require_keys=require_keys, **limits)  # type: ignore[arg-type]  # whichever a test says
        app = api_of(container, options, await container.get(Schema))
        async with working(container), in_process.client_of(app) as api:
            yield api

    return client


@pytest.fixture
async def api(container: AsyncContainer, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client:
        yield client


@pytest.fixture
async def memory_container() -> AsyncIterator[AsyncContainer]:
    made = container_of(_memory())
    yield made
    await made.close()


@pytest.fixture
async def memory_api(memory_container: AsyncContainer, client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    """For what no database takes part in."""
    async with client_of(memory_container) as client:
        yield client

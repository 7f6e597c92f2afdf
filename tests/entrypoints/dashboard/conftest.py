"""The dashboard without a browser, on memory adapters that fail on request; and web processes with browsers on them."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dishka import AsyncContainer
from nicegui import Client
from nicegui.testing.user import User
from nicegui.testing.user_simulation import user_simulation
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from domain.claims import DataOrigin
from domain.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from domain.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.words.speech import Words
from entrypoints.wiring.settings import load
from entrypoints.wiring.web import web_container

TREE = Path(__file__).resolve().parents[3]
AXE = TREE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHTS = {1440: 900, 390: 844, 320: 640}
WORD = "correct horse battery"


@dataclass
class Parts:
    """The memory adapters behind the page: they keep what they are given and fail on request."""

    container: AsyncContainer
    model: NeighbourPredictor
    predictions: MemoryPredictions
    ledger: MemoryLedger


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    container = web_container(load({"profile": "memory"}, environment={}))
    model = await container.get(LoadedModel)
    predictions = await container.get(PredictionRepository)
    ledger = await container.get(ModelLedger)
    assert isinstance(model, NeighbourPredictor)
    assert isinstance(predictions, MemoryPredictions)
    assert isinstance(ledger, MemoryLedger)
    yield Parts(container, model, predictions, ledger)
    await container.close()


@pytest.fixture
async def user(parts: Parts) -> AsyncIterator[User]:
    """A person at the page, without a browser."""
    async with user_simulation() as someone:
        register_pages(parts.container, DashboardOptions())
        yield someone
        # when it ends, the simulation unloads the module of each page it knows: it must not unload ours
        Client.page_routes.clear()


@pytest.fixture
def words() -> Words:
    return Words("en")


@pytest.fixture
def version() -> Callable[..., ModelVersion]:
    """`version(3, synthetic=True)` makes a registered version."""

    def make(number: int = 1, *, synthetic: bool = False) -> ModelVersion:
        scores = Scores(
            rows=1000,
            expected=ExpectedScores(r2=0.85, rmse=4900.0, mae=2500.0),
            typical=TypicalScores(mae=1523.0, median_ae=12.0, within_100=0.9),
            crps=1405.0,
            interval=IntervalScores(level=0.9, coverage=0.926, mean_width=9000.0, interval_score=19_900.0),
            groups=(),
        )
        card = ModelCard(
            recipe=Recipe(family="forest"),
            created_at=datetime(2026, 11, 23, tzinfo=UTC),
            origin=DataOrigin("claims.csv", "1,000 people", synthetic=synthetic),
            data_digest="d" * 64,
            rows=1000,
            cross_validation=scores,
            test=scores,
            ranges={"age": (18.0, 64.0)},
            grouping=(),
            provenance=Provenance(metric="crps"),
        )
        return ModelVersion(number, "abcdef0123456789" * 4, datetime(2026, 11, 23, tzinfo=UTC), card)

    return make


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """`serve(MEDCOST_REQUIRE_LOGIN="true")` starts a process with these settings and gives its address.

    ``program`` is another one than ours that serves on a socket it is given.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(*program: str, **settings: str) -> str:
        home = tmp_path_factory.mktemp("home")
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.set_inheritable(True)
            environment = {**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(home), **settings}
            environment.setdefault("MEDCOST_TRUSTED_PROXIES", "127.0.0.1")  # tests speak for callers from elsewhere
            command = [sys.executable, *(program or ("-m", "entrypoints.wiring.asgi")), "--fd", str(door.fileno())]
            started.append(subprocess.Popen(command, env=environment, cwd=home, pass_fds=[door.fileno()]))
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            with urllib.request.urlopen(f"{url}/api/v1/health/live", timeout=90):  # the socket listens: this waits
                return url

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def locked(serve: Callable[..., str]) -> str:
    """A process that asks for a login; its password is a secret's."""
    return serve(MEDCOST_REQUIRE_LOGIN="true", MEDCOST_ADMIN_PASSWORD=WORD)


@pytest.fixture(scope="module")  # while it lives, its event loop runs, and no asynchronous test could
def browser(part: Callable[[str, str | None], None]) -> Iterator[Browser]:
    part("chromium", None if CHROMIUM else "it is not installed")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass(frozen=True)
class Way:
    """How somebody looks at a page: what `look` is told, and the words that they then read."""

    width: int
    color_scheme: str
    locale: str

    @property
    def words(self) -> Words:
        return Words("es" if self.locale.startswith("es") else "en")


@pytest.fixture(
    params=[Way(*how) for how in itertools.product(HEIGHTS, ("light", "dark"), ("en-US", "es-US"))],
    ids=lambda way: f"{way.width}-{way.color_scheme}-{way.locale[:2]}",
)
def way(request: pytest.FixtureRequest) -> Way:
    """Each width in each theme and language: `look(address, "/history", **vars(way))`."""
    return request.param


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`look(address, "/history")` opens a page; a console error, a failed or foreign request fails the test."""
    wrong: list[str] = []
    contexts = []

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a download, or a page that was left
            wrong.append(f"failed: {request.url}")

    def open_page(address: str, path: str = "/", *, width: int = 1440, **more: Any) -> Page:
        size: Any = {"width": width, "height": HEIGHTS[width]}
        context = browser.new_context(viewport=size, reduced_motion="reduce", **{"locale": "en-US", **more})
        contexts.append(context)
        page = context.new_page()
        ours = urlsplit(address).netloc
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", failed)
        page.on("response", lambda one: wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None)
        page.on("request", lambda one: None if urlsplit(one.url).netloc in (ours, "") else wrong.append(one.url))
        page.goto(address + path)
        page.wait_for_function("window.socket?.connected")
        return page

    yield open_page
    seen = list(wrong)
    for context in contexts:
        context.close()
    assert not seen


@pytest.fixture(scope="session")
def address(serve: Callable[..., str]) -> str:
    """A process for everybody who needs none of their own."""
    return serve()


@pytest.fixture
def visit(look: Callable[..., Page], address: str) -> Callable[..., Page]:
    """`visit("/what-if")` opens a page with the form of six facts, once it has answered."""

    def visit(path: str = "/", **more: Any) -> Page:
        page = look(address, path, **more)
        expect(page.locator("#answer .fact-number").first).to_be_visible()
        return page

    return visit


@pytest.fixture
def violations(part: Callable[[str, str | None], None]) -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page, in the light and in the dark."""
    part("axe-core", None if AXE.is_file() else f"{AXE.relative_to(TREE)} is missing: npm install axe-core@4.14.1")

    def find(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            told = page.evaluate("axe.run({preload: false})")["violations"]
            found += [f"{scheme} {one['id']}: {[node['html'] for node in one['nodes']]}" for one in told]
        return found

    return find


@pytest.fixture(scope="session")
def save() -> Callable[..., str]:
    """`save(address, age=40)` records a prediction over the API and gives its identifier."""

    def post(address: str, **facts: Any) -> str:
        usual = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
        body = json.dumps({**usual, **facts}).encode()
        asked = urllib.request.Request(f"{address}/api/v1/predictions", body, {"content-type": "application/json"})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)["id"]

    return post

"""The dashboard without a browser, on memory adapters that fail on request; and web processes with browsers on them."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from dishka import AsyncContainer
from nicegui.testing.user import User

from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from domain.models.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.models.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from domain.people.origin import DataOrigin
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from tests.support.browser import AXE_MISSING, CHROMIUM, HEIGHTS, THEMES, Pages, Theme, axe_violations, running_browser
from tests.support.browser import visit as open_address
from tests.support.simulation import person_at_pages
from tests.support.web_parts import MEMORY, container_of
from tests.support.web_process import WebProcesses
from tests.support.words import words_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    Step = Callable[[Page, Words], None]

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
    container = container_of(MEMORY)
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
    async with person_at_pages() as someone:
        register_pages(parts.container, DashboardOptions(operations_every=0.05))
        yield someone


@pytest.fixture
def words() -> Words:
    return words_in("en")


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
    processes = WebProcesses()

    def start(program: str | None = None, **settings: str) -> str:
        settings.setdefault("MEDCOST_TRUSTED_PROXIES", "127.0.0.1")  # tests speak for callers from elsewhere
        return processes.start(tmp_path_factory.mktemp("home"), settings=settings, program=program).answering()

    yield start
    processes.end()


@pytest.fixture(scope="session")
def locked(serve: Callable[..., str]) -> str:
    """A process that asks for a login; its password is a secret's."""
    return serve(MEDCOST_REQUIRE_LOGIN="true", MEDCOST_ADMIN_PASSWORD=WORD)


@pytest.fixture(scope="session")
def browser(part: Callable[[str, str | None], None]) -> Iterator[Browser]:
    part("chromium", None if CHROMIUM else "it is not installed")
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def pages(browser: Browser) -> Pages:
    return Pages(browser)


@pytest.fixture
def look(pages: Pages) -> Iterator[Callable[..., Page]]:
    """`look(address, "/history")` opens a page; a console error, a failed or foreign request fails the test."""
    with pages.lend() as open_page:
        yield open_page


@pytest.fixture(params=["en-US", "es-US"])
def in_every_way(look: Callable[..., Page], request: pytest.FixtureRequest) -> Callable[..., None]:
    """`in_every_way(job, address, "/batch")` opens a page and does a job there at each width, in each theme.

    The test runs once in each language. The page is opened wide in English and narrow in Spanish; then it changes its
    width, and is loaded anew only if it was left. ``job(page, words, theme)`` is done again on the page where it was
    done before. ``arrive(page, words)`` is done once the page is open, ``leave`` in the end at each width, for example
    to sign in and out.
    """

    def every_way(
        job: Callable[[Page, Words, Theme], None],
        address: str,
        path: str,
        *,
        arrive: Step | None = None,
        leave: Step | None = None,
    ) -> None:
        words = words_in(request.param[:2])
        widths = sorted(HEIGHTS, reverse=request.param == "en-US")
        page = look(address, path, width=widths[0], locale=request.param)
        for n, width in enumerate(widths):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            if leave and n:
                open_address(page, address + path)
            if arrive and (leave or not n):
                arrive(page, words)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                try:
                    job(page, words, theme)
                except BaseException as error:
                    error.add_note(f"This was at {width} pixels, in the {theme} theme, in {request.param}.")
                    raise
            if leave:
                leave(page, words)

    return every_way


@pytest.fixture(scope="session")
def address(serve: Callable[..., str]) -> str:
    """A process for everybody who needs none of their own."""
    return serve()


@pytest.fixture
def visit(look: Callable[..., Page], address: str) -> Callable[..., Page]:
    """`visit("/what-if")` opens a page with the form, once it has answered."""

    from playwright.sync_api import expect

    def visit(path: str = "/", **more: Any) -> Page:
        page = look(address, path, **more)
        expect(page.locator("#answer .fact-number").first).to_be_visible()
        return page

    return visit


@pytest.fixture
def violations(part: Callable[[str, str | None], None]) -> Callable[..., list[str]]:
    """What axe finds wrong with a page, in the light and in the dark."""
    part("axe-core", AXE_MISSING)
    return axe_violations


@pytest.fixture(scope="session")
def save() -> Callable[..., str]:
    """`save(address, age=40)` records a prediction over the API and gives its identifier."""

    def post(address: str, **facts: Any) -> str:
        usual = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
        body = json.dumps({**usual, **facts}).encode()
        request = urllib.request.Request(f"{address}/api/v1/predictions", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["id"]

    return post

"""The pages below a path, behind a proxy that strips the path and behind one that does not."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROOT = "/medcost"
WORD = "correct horse battery"
_HEAD = re.compile(rb"^([A-Z]+) " + ROOT.encode() + rb"(?=[/? ])(/?)")


@contextmanager
def stripping(address: str) -> Iterator[str]:
    """A proxy that takes the path off each request, and says so, as Traefik's StripPrefix does."""
    backend = urlsplit(address)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, strips: bool) -> None:
        while piece := await reader.read(65536):
            if strips:  # a browser sends the head of a request in one piece
                piece = _HEAD.sub(rb"\1 /", piece)
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(backend.hostname, backend.port)
        await asyncio.gather(copy(reader, back, strips=True), copy(there, writer, strips=False), return_exceptions=True)

    ports: SimpleQueue[int] = SimpleQueue()
    loops: SimpleQueue[asyncio.AbstractEventLoop] = SimpleQueue()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        loops.put(asyncio.get_running_loop())
        ports.put(server.sockets[0].getsockname()[1])
        await over.wait()

    over = asyncio.Event()
    thread = threading.Thread(target=lambda: asyncio.run(run()))  # the browser's own loop runs in this one
    thread.start()
    yield f"http://127.0.0.1:{ports.get()}"
    loops.get().call_soon_threadsafe(over.set)
    thread.join()


@pytest.fixture(scope="module")
def served(serve: Callable[..., str]) -> str:
    return serve(MEDCOST_ROOT_PATH=ROOT, MEDCOST_REQUIRE_LOGIN="true")


@pytest.fixture(params=["kept", "stripped"])
def address(request: pytest.FixtureRequest, served: str) -> Iterator[str]:
    if request.param == "kept":
        yield f"{served}{ROOT}"
        return
    with stripping(served) as proxy:
        yield f"{proxy}{ROOT}"


def test_theme_font_links_and_forms_work_below_a_path(address: str, look: Callable[..., Page]) -> None:
    page = look(address, "/")  # which fails for whatever is not found
    page.wait_for_function("document.fonts.check('16px Inter')")
    expect(page.locator("#answer .fact-number").first).to_be_visible()
    page.get_by_role("button", name="Save this estimate").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    hrefs = page.eval_on_selector_all("a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
    assert len(hrefs) > 5
    assert [href for href in hrefs if not href.startswith(f"{ROOT}/")] == []
    page.get_by_role("link", name="History", exact=True).click()
    page.wait_for_url(f"{address}/history")
    expect(page.get_by_text("Estimate 1 of 1")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "northeast" in download.value.path().read_text()
    page.get_by_role("link", name="Models").click()
    page.wait_for_url(f"{address}/sign-in?next=%2Fmodels")
    if page.get_by_label("The same password again").count():
        page.get_by_label("The same password again").fill(WORD)
    page.get_by_label("Password", exact=True).fill(WORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/models")
    paths = {cookie.get("name"): cookie.get("path") for cookie in page.context.cookies()}
    assert paths == dict.fromkeys(("medcost_visitor", "medcost_form", "medcost_session"), ROOT)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/")

"""Web processes on the memory profile, and browsers that look at them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

TREE = Path(__file__).resolve().parents[4]
AXE = TREE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WORD = "correct horse battery"


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
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`look(address, "/history")` opens a page; a console error, a failed or foreign request fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_page(address: str, path: str = "/", *, width: int = 1440, **more: Any) -> Page:
        size: Any = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, reduced_motion="reduce", **{"locale": "en-US", **more})
        contexts.append(context)
        page = context.new_page()
        ours = urlsplit(address).netloc
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
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

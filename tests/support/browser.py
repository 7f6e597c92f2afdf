"""Pages of one browser for all tests of a worker."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM: Final = next(filter(None, map(shutil.which, _NAMES)), None)
"""The browser. The shell has the same engine without windows, and takes 40 % less of a core for each page."""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHTS: Final = {1440: 900, 390: 844, 320: 640}
PATIENCE: Final = 120_000
"""Milliseconds within which a page shows what is expected on a busy machine."""

_AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN_AXE: Final = "([within, options]) => axe.run(within ?? document, options)"
AXE_MISSING: Final = None if _AXE.is_file() else "node_modules lacks axe-core: make setup-node"

Theme = Literal["light", "dark"]


THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a browser."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        loop = asyncio._get_running_loop()
        yield browser
        asyncio._set_running_loop(loop)  # the last test of a run may be one that it was hidden from
        browser.close()


def visit(page: Page, url: str) -> None:
    """Open an address and wait until the page listens to the server."""
    page.goto(url, wait_until="commit")
    page.wait_for_function("window.socket?.connected")


class Pages:
    """Pages of a browser that are used again by one test after another.

    The process of a page used again has compiled the scripts already.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: defaultdict[str, list[Page]] = defaultdict(list)

    @contextmanager
    def lend(self) -> Iterator[Callable[..., Page]]:
        """Give a function `open(address, path, width=, color_scheme=, locale=)`, each of whose pages is a new visitor.

        Raises:
            AssertionError: at the end, if a page wrote an error to its console, or asked another host, or if an answer
                was an error.
        """
        faults: list[str] = []
        visits: list[tuple[str, Page, Watch]] = []

        def open_page(
            address: str, path: str = "/", *, width: int = 1440, color_scheme: Theme = "light", locale: str = "en-US"
        ) -> Page:
            page = self._idle[locale].pop() if self._idle[locale] else self._new(locale)
            visits.append((locale, page, Watch(page, urlsplit(address).netloc, faults)))
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.emulate_media(
                media="null",
                color_scheme=color_scheme,
                reduced_motion="reduce",
                contrast="null",
                forced_colors="null",
            )
            visit(page, address + path)
            return page

        try:
            yield open_page
        except BaseException:
            for _, page, _ in visits:
                page.context.close()
            raise
        for locale, page, watch in visits:
            watch.end()
            if self._clean(page):
                self._idle[locale].append(page)
        assert not faults

    def _new(self, locale: str) -> Page:
        context = self._browser.new_context(locale=locale)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def _clean(self, page: Page) -> bool:
        """Forget all that a visitor left behind. Return whether the page can be used again."""
        from playwright.sync_api import Error

        for other in page.context.pages:
            if other != page:
                other.close()
        with suppress(Error):
            page.evaluate("sessionStorage.clear(); localStorage.clear()")
            page.goto("about:blank")
            page.unroute_all()
            page.context.unroute_all()
            page.context.clear_cookies()
            page.context.clear_permissions()
            page.context.set_offline(False)
            return True
        page.context.close()
        return False


class Watch:
    """Note what goes wrong on a page: errors and warnings of its console, failed, refused and foreign requests."""

    def __init__(self, page: Page, host: str, faults: list[str]) -> None:
        self._page, self._host, self._faults = page, host, faults
        self._listeners = {
            "console": self._console,
            "pageerror": lambda error: faults.append(str(error)),
            "requestfailed": self._failed,
            "response": self._response,
            "request": self._request,
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]  # overloaded by each name

    def end(self) -> None:
        for event, listener in self._listeners.items():
            self._page.remove_listener(event, listener)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._faults.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a download, or a page that was left
            self._faults.append(f"failed: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._faults.append(f"{response.status} {response.url}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in (self._host, ""):
            self._faults.append(request.url)


def axe_violations(page: Page, *, themes: Sequence[Theme] = THEMES, within: str | None = None) -> list[str]:
    """Return what axe says against a page: by all its rules, and in a second theme by those of colors alone.

    Args:
        page: it is open.
        themes: one or two.
        within: CSS selector of the elements that are looked at, or None for the whole page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    violations: list[str] = []
    for theme, rules in zip(themes, ({}, {"runOnly": ["color-contrast", "link-in-text-block"]}), strict=False):
        page.emulate_media(color_scheme=theme)
        options = {"preload": False, "resultTypes": ["violations"], "selectors": False, **rules}
        results = page.evaluate(_RUN_AXE, [within, options])["violations"]
        violations += [f"{theme} {rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in results]
    return violations

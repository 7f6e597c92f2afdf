"""The start page in a browser, with the real model server behind it, and many open sessions on one process."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median, quantiles
from typing import TYPE_CHECKING

import httpx
import psutil
from playwright.sync_api import sync_playwright

from benchmarks.report import Result
from benchmarks.sessions import keep_open
from entrypoints.hosting import run_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, BrowserType, Page

    from benchmarks.servers import Servers

    Visitor = Callable[..., AbstractContextManager[BrowserContext]]

_TIMES, _EXPERT_TIMES = 5, 3
_SLIDES = 40
_SESSIONS = 50
_MINUTES = {"quick": 0.25, "usual": 1, "long": 10}
_SETTLED = 500
_VIEWS, _FETCHED = 20, 120
_FORGOTTEN = 60
"""Seconds after which the server has surely dropped a page that no script connected for."""
_MEGABYTE = 2**20

_EXPERT = {
    "/models": "#versions tbody tr",
    **{f"/models/{name}": ".results .results .card" for name in ("fit", "rows", "facts", "runs", "data")},
    "/operations": "#parts table",
    "/batch": "#file",
}
"""Pages of experts and of files, and a selector of what each has only once its figures are there."""

_ANSWER = ".answer-number:not(.waiting)"
_WATCH = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => shifted += one.value))
  .observe({type: "layout-shift", buffered: true});
new MutationObserver((_, watch) => {
  if (!document.querySelector(WANTED)) return;
  watch.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => window.answered = performance.now()));
}).observe(document, {childList: true, subtree: true});
"""
_RESULT = """[
  Math.max(answered, performance.getEntriesByName("first-contentful-paint")[0].startTime), shifted
]"""
_SLIDE = """
years => new Promise(done => {
  const said = () => document.querySelector(".answer-number").textContent, before = said();
  const watch = new MutationObserver(() => {
    if (said() === before) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
  });
  watch.observe(document.querySelector("#answer"), {childList: true, subtree: true, characterData: true});
  const slider = document.querySelector("input[type=range]"), begun = performance.now();
  slider.value = years;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
})
"""


@dataclass(frozen=True)
class Opened:
    """One opening of the page: milliseconds to the painted answer, kilobytes and number of requests, and shift."""

    milliseconds: float
    kilobytes: float
    requests: int
    shift: float


def measure(servers: Servers, seconds: float) -> Iterator[Result]:  # noqa: ARG001  # it takes what it takes
    yield _views(servers)  # while the process is as it started
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no Chromium here: the pages are not measured", file=sys.stderr)
        return
    with sync_playwright() as playwright:
        visitor = partial(_visitor, playwright.chromium, chromium)
        yield _in_a_browser(visitor, servers.ours)
        yield _of_experts(visitor, servers.ours)
    yield _sessions(servers)


def _in_a_browser(visitor: Visitor, url: str) -> Result:
    cold: list[Opened] = []
    warm: list[Opened] = []
    for _ in range(_TIMES + 1):
        with visitor() as browser:
            cold.append(_open(browser, url))
            warm.append(_open(browser, url))
    cold, warm = cold[1:], warm[1:]  # the server's very first page, and Chromium's files, are not yet in memory
    with visitor() as browser:
        page = browser.new_page()
        _go(page, url)
        page.wait_for_function("window.did_handshake")
        slides = [page.evaluate(_SLIDE, 20 + 11 * at % 44) for at in range(_SLIDES)]
    first, again = (median(opened.milliseconds for opened in some) for some in (cold, warm))
    return Result(
        "The start page in Chromium",
        ("", "found", "wanted"),
        (
            ("first answer painted, nothing cached, ms", f"{first:.0f}", "≤ 800"),
            ("first answer painted, cached, ms", f"{again:.0f}", "≤ 300"),
            ("over the wire, nothing cached, KB", f"{max(opened.kilobytes for opened in cold):.0f}", "≤ 400"),
            ("over the wire, cached, KB", f"{max(opened.kilobytes for opened in warm):.0f}", ""),
            ("requests, nothing cached", f"{max(opened.requests for opened in cold)}", ""),
            ("layout shift", f"{max(opened.shift for opened in (*cold, *warm)):.3f}", "≤ 0.1"),
            ("slider moved to answer repainted, median ms", f"{median(slides):.0f}", "≤ 110"),
            ("slider moved to answer repainted, p95 ms", f"{quantiles(slides, n=20)[-1]:.0f}", ""),
        ),
        (
            (
                f"Medians of {_TIMES} browsers that were never used, and of their second visits; {_SLIDES} moves of "
                "the slider. Painted: the second frame after the answer came into the page, or the first paint of "
                "anything, whichever is later."
            ),
        ),
    )


def _of_experts(visitor: Visitor, url: str) -> Result:
    times = {
        path: [_opened_by_expert(visitor, f"{url}{path}", last) for _ in range(_EXPERT_TIMES)]
        for path, last in _EXPERT.items()
    }
    return Result(
        "Pages of experts in Chromium, nothing cached",
        ("", "found", "wanted"),
        tuple((f"{path} painted, ms", f"{median(opened):.0f}", "≤ 1,500") for path, opened in times.items()),
        (f"Medians of {_EXPERT_TIMES} browsers that were never used; painted: as above, with its figures.",),
    )


def _opened_by_expert(visitor: Visitor, url: str, last: str) -> float:
    with visitor(last) as browser:
        return _open(browser, url).milliseconds


@contextmanager
def _visitor(chromium: BrowserType, program: str, selector: str = _ANSWER) -> Iterator[BrowserContext]:
    """Start a browser that was never used, with a profile on disk: only such a one keeps compiled scripts.

    Args:
        chromium: starts it.
        program: the executable.
        selector: the selector of what is waited for on each page.
    """
    with tempfile.TemporaryDirectory(prefix="medcost-chromium-") as profile:
        browser = chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 1440, "height": 900},
            locale="en-US",
        )
        browser.add_init_script(_WATCH.replace("WANTED", json.dumps(selector)))
        yield browser
        browser.close()


def _open(browser: BrowserContext, url: str) -> Opened:
    page = browser.new_page()
    wire = browser.new_cdp_session(page)
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    _go(page, url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(_SETTLED)  # compiled scripts are kept once the page rests
    milliseconds, shift = page.evaluate(_RESULT)
    page.close()
    return Opened(milliseconds, sum(sizes) / 1000, len([size for size in sizes if size]), shift)


def _go(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function("window.answered")


def _web(servers: Servers) -> psutil.Process:
    run = run_file.read(servers.home.run_file)
    assert run
    return psutil.Process(next(part.process.pid for part in run.parts if part.name == "web"))


def _views(servers: Servers) -> Result:
    """Fetch pages without running their scripts, and measure the memory that they leave."""
    url, web = servers.ours, _web(servers)
    with httpx.Client(trust_env=False, timeout=60) as client:

        def view(path: str) -> float:
            begun = time.perf_counter()
            client.get(url + path).raise_for_status()
            return 1000 * (time.perf_counter() - begun)

        for path in ("/", "/operations"):
            view(path)  # cold
        operations = median(view("/operations") for _ in range(_VIEWS))
        time.sleep(_FORGOTTEN)
        before = web.memory_info().rss / _MEGABYTE
        for _ in range(_FETCHED):
            view("/")
        most = web.memory_info().rss / _MEGABYTE
        time.sleep(_FORGOTTEN)
        after = web.memory_info().rss / _MEGABYTE
    rows = (
        ("/operations, median ms a view", f"{operations:.0f}", "≤ 25"),
        ("memory of the web process before, MB", f"{before:.0f}", ""),
        (f"growth by {_FETCHED} pages that no script connects for, MB", f"{most - before:+.0f}", ""),
        (f"the same {_FORGOTTEN} s later, MB", f"{after - before:+.0f}", "≤ 30"),
    )
    return Result("Pages without a socket", ("", "found", "wanted"), rows)


def _sessions(servers: Servers) -> Result:
    url, web = servers.ours, _web(servers)
    before = web.memory_info().rss / _MEGABYTE
    minutes = _MINUTES[servers.size]
    sessions = keep_open(url, _SESSIONS, 60 * minutes, lambda: web.memory_info().rss / _MEGABYTE)
    tenth = max(1, len(sessions.samples) // 10)
    first, last = fmean(sessions.samples[:tenth]), fmean(sessions.samples[-tenth:])
    return Result(
        f"{_SESSIONS} open sessions on one process, {minutes:g} min",
        ("", "found", "wanted"),
        (
            ("memory of the web process before, MB", f"{before:.0f}", ""),
            ("in the first tenth of the time, MB", f"{first:.0f}", ""),
            ("in the last tenth of the time, MB", f"{last:.0f}", ""),
            ("growth, MB", f"{last - first:+.1f}", "≤ 5"),
            ("answers to changed facts", f"{len(sessions.answers):,}", ""),
            ("change sent to answer received, median ms", f"{1000 * median(sessions.answers):.0f}", "≤ 110"),
            ("change sent to answer received, p95 ms", f"{1000 * quantiles(sessions.answers, n=20)[-1]:.0f}", ""),
        ),
        ("Each session is a page and its websocket; it changes the age every three seconds and reads every answer.",),
    )

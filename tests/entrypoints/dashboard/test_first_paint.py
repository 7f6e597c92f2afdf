"""What a page leaves out so that it is there sooner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nicegui import helpers
from nicegui.app.app_config import AppConfig

from entrypoints.dashboard import app as dashboard
from entrypoints.dashboard.first_paint import leave_out_plugins, remember_signatures
from entrypoints.dashboard.pages.operations.page import Shared

if TYPE_CHECKING:
    from playwright.sync_api import Page


DASHBOARD = Path(dashboard.__file__).parent


class Listener:
    def nothing(self) -> None: ...

    def event(self, event: object) -> None: ...

    def perhaps(self, event: object = None) -> None: ...

    @classmethod
    def of_all(cls, event: object) -> None: ...


LISTENER = Listener()
HANDLERS = [
    (LISTENER.nothing, False),
    (LISTENER.event, True),
    (LISTENER.perhaps, False),
    (Listener.of_all, True),
    (lambda: None, False),
    (lambda event: event, True),
    (partial(LISTENER.event, 3), False),
    (print, False),
]


@pytest.mark.parametrize(("handler", "expects"), HANDLERS)
def test_a_handler_is_called_as_before_its_signature_was_remembered(handler: Callable[..., object], expects: bool):
    remember_signatures()
    remember_signatures()
    assert [helpers.expects_arguments(handler) for _ in range(2)] == [expects, expects]


def test_quasar_starts_without_plugins():
    config = AppConfig()
    leave_out_plugins(config)
    once = config.vue_config_script
    leave_out_plugins(config)
    assert config.vue_config_script == once
    assert "app.use(Quasar, {config: vue_config, plugins: {}})" in once


def test_a_browser_draws_no_bar_for_requests_and_finds_no_module_late(visit: Callable[..., Page]):
    page = visit("/")
    assert page.evaluate("Boolean(Quasar.LoadingBar.__installed)") is False
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    ahead = page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map(link => link.href)")
    (purifier,) = [address for address in loaded if "dompurify" in address]
    assert purifier in ahead


def test_a_page_of_html_elements_needs_no_layout_of_quasar(visit: Callable[..., Page]):
    page = visit("/")
    assert page.locator("[class*='q-layout'], [class*='q-header'], [class*='q-footer'], [class*='q-page']").count() == 0
    order = page.evaluate("[...document.querySelectorAll('header, main, footer')].map(element => element.localName)")
    assert order == ["header", "main", "footer"]


def test_what_every_person_sees_is_drawn_without_compiling_a_template():
    compiled = {file.name for file in DASHBOARD.rglob("*.js") if "template:" in file.read_text()}
    assert compiled == {"sorted_table.js", "file_drop.js"}


async def test_views_share_an_answer_until_it_is_forgotten():
    questions: list[str] = []

    async def ask(question: str) -> int:
        questions.append(question)
        return len(questions)

    shared = Shared(ask, seconds=3600)
    assert [await shared("day"), await shared("day"), await shared("week"), await shared("day")] == [1, 1, 2, 1]
    shared.forget()
    assert (await shared("day"), questions) == (3, ["day", "week", "day"])
    old_at_once = Shared(ask, seconds=-1)
    assert [await old_at_once("month"), await old_at_once("month")] == [4, 5]

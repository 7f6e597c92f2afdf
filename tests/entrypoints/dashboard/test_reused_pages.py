"""A page that one test leaves and the next one gets."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.browser import Pages

pytestmark = pytest.mark.browser

VISITOR = """() => ({
    storage: [Object.keys(localStorage), Object.keys(sessionStorage)],
    cookies: document.cookie,
    languages: navigator.languages,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    print: matchMedia("print").matches,
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    contrast: matchMedia("(prefers-contrast: more), (forced-colors: active)").matches,
    width: innerWidth,
    scripts: window.left_behind,
})"""


def test_a_page_used_again_has_forgotten_its_last_visitor(pages: Pages, address: str):
    with pages.lend() as look:
        first: Page = look(address)
        new = first.evaluate(VISITOR)
    with pages.lend() as look:
        used: Page = look(address, width=390, color_scheme="dark")
        used.emulate_media(media="print", contrast="more", forced_colors="active", reduced_motion="no-preference")
        used.evaluate(
            "localStorage.left = sessionStorage.left = window.left_behind = 'here'; document.cookie = 'left=here'"
        )
        used.context.add_cookies([{"name": "session", "value": "secret", "url": address, "httpOnly": True}])
        used.context.new_page()
        used.evaluate("open('about:blank')")
        used.context.set_offline(True)
        assert used.evaluate(VISITOR) != new
    with pages.lend() as look:
        again: Page = look(address)
        assert again == used
        assert again.evaluate(VISITOR) == new
        assert again.context.pages == [again]
        assert not again.context.cookies()


def test_a_page_is_used_again_by_visitors_of_its_language_only(pages: Pages, address: str):
    with pages.lend() as look:
        spanish: Page = look(address, locale="es-US")
    with pages.lend() as look:
        english: Page = look(address)
        assert english != spanish
        assert english.evaluate("navigator.language") == "en-US"

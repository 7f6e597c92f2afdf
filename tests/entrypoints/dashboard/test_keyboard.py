"""Every page by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

OUTLINED = """() => {
    const focused = document.activeElement;
    const shown = focused.matches(".choices input") ? focused.parentElement : focused;
    return getComputedStyle(shown).outlineStyle === "solid";
}"""


def typical(page: Page) -> str:
    return page.locator(".answer-number").inner_text()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way shows where it is."""
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINED)
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not reach it")


def test_everything_can_be_done_with_the_keyboard_alone(visit):
    page = visit()
    before = typical(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    tab_to(page, page.get_by_role("textbox", name="Age"))
    page.keyboard.type("61")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Age")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("textbox", name="Age")).to_have_value("62")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Male", exact=True)).to_be_checked()
    expect(page.locator(".answer-number")).not_to_have_text(before)
    tab_to(page, page.get_by_role("button", name="Save this estimate"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_keyboard_can_skip_to_the_answer(visit):
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The answer")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save this estimate")).to_be_focused()


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit):
    page = visit(width=390)
    menu = page.get_by_role("button", name="Menu")
    here = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Estimate")
    expect(here).to_be_hidden()
    menu.press("Enter")
    expect(here).to_have_attribute("aria-current", "page")
    tab_to(page, here)
    page.keyboard.press("Escape")
    expect(here).to_be_hidden()
    expect(menu).to_be_focused()

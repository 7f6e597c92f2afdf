"""Past estimates, in a browser as a person looks through them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import HEIGHTS

pytestmark = pytest.mark.browser

ROWS = 25


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], save: Callable[..., str]) -> str:
    """A process with 60 estimates: ages 18 to 57 and again 18 to 37; every fourth smokes, the last two in the south."""
    url = serve()
    for n in range(60):
        south = "southwest" if n >= 58 else "northeast"
        save(url, age=18 + n % 40, bmi=20 + n / 4, smoker="yes" if n % 4 == 0 else "no", region=south)
    return url


@pytest.fixture
def page(look: Callable[..., Page], address: str) -> Page:
    opened = look(address, "/history")
    expect(rows(opened)).to_have_count(ROWS)
    return opened


def rows(page: Page):
    return page.locator("tbody tr:not(.rest)")


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"tbody tr > :nth-child({number})").all_inner_texts()


def test_the_newest_come_first_page_after_page(page: Page):
    seen = column(page, 4)
    for part in ("Estimates 26 to 50 of 60", "Estimates 51 to 60 of 60"):
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("status").filter(has_text=part)).to_be_visible()
        seen += column(page, 4)
    assert [float(bmi) for bmi in seen] == [20 + n / 4 for n in reversed(range(60))]
    expect(page.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_text("Estimates 26 to 50")).to_be_visible()


def test_a_header_sorts_by_keyboard_and_keeps_the_focus(page: Page):
    header = page.get_by_role("columnheader", name="Age")
    expect(header).to_have_attribute("aria-sort", "none")
    header.get_by_role("button").focus()
    for order, first in (("descending", "57"), ("ascending", "18")):
        page.keyboard.press("Enter")
        expect(header).to_have_attribute("aria-sort", order)
        expect(rows(page).first).to_contain_text(first)
        expect(header.get_by_role("button")).to_be_focused()
    assert [int(age) for age in column(page, 2)] == sorted(int(age) for age in column(page, 2))
    expect(page.get_by_role("columnheader", name="Made")).to_have_attribute("aria-sort", "none")


def test_arrow_keys_go_from_row_to_row(page: Page):
    buttons = page.locator("tbody .open")
    buttons.first.focus()
    page.keyboard.press("ArrowDown")
    expect(buttons.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(buttons.first).to_be_focused()


def test_filters_narrow_and_the_file_holds_what_they_leave(page: Page, address: str):
    page.get_by_role("group", name="Smokes now").get_by_role("radio", name="Yes").check()
    expect(rows(page)).to_have_count(15)
    link = page.get_by_role("link", name=re.compile("Download all .* as CSV"))
    expect(link).to_have_attribute("href", "/history/export?smoker=yes")
    page.get_by_role("combobox", name="Region").select_option(label="Southwest")
    expect(page.get_by_text("No estimates match.")).to_be_visible()
    page.get_by_role("group", name="Smokes now").get_by_role("radio", name="Any").check()
    expect(rows(page)).to_have_count(2)
    with page.expect_download() as download:
        link.click()
    exported = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [(row["region"], row["age"], row["smoker"]) for row in exported] == [
        ("southwest", "37", "no"),
        ("southwest", "36", "no"),
    ]


def test_days_to_come_hold_no_estimate(page: Page):
    page.get_by_label("Made on this day or later").fill("2999-01-01")
    expect(page.get_by_text("No estimates match.")).to_be_visible()
    page.get_by_label("Made on this day or later").fill("")
    expect(rows(page)).to_have_count(ROWS)


def test_the_file_holds_everything_in_the_order_asked_for(address: str, save: Callable[..., str]):
    response = httpx.get(f"{address}/history/export?by=bmi&order=rising&region=northeast")
    exported = list(csv.DictReader(io.StringIO(response.text)))
    assert len(exported) >= 50
    assert [float(row["bmi"]) for row in exported] == sorted(float(row["bmi"]) for row in exported)
    assert "attachment" in response.headers["content-disposition"]


def test_what_the_year_really_cost_is_kept(page: Page):
    page.locator(".open").nth(3).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("34")
    cost = dialog.get_by_label("Real cost")
    cost.fill("a lot")
    dialog.get_by_role("button", name="Save the cost").click()
    expect(cost).to_have_accessible_description(re.compile("Enter an amount, such as"))
    cost.fill("$12,300.50")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("Saved: $12,300.50.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rows(page).nth(3)).to_contain_text("$12,300")
    expect(page.locator(".open").nth(3)).to_be_focused()


def test_an_estimate_is_erased_once_one_is_sure(look, serve, save):
    address = serve()
    remaining, erased = save(address, age=30), save(address, age=31)
    page: Page = look(address, "/history")
    expect(rows(page)).to_have_count(2)
    page.locator(".open").first.click()
    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("button", name="Keep it").click()
    assert httpx.get(f"{address}/api/v1/predictions/{erased}").status_code == 200
    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("button", name="Erase it").click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("document.querySelector('.table-frame').contains(document.activeElement)")
    assert httpx.get(f"{address}/api/v1/predictions/{erased}").status_code == 404
    assert httpx.get(f"{address}/api/v1/predictions/{remaining}").status_code == 200


def test_an_empty_history_says_what_to_do(look, locked: str, serve):
    page: Page = look(serve(), "/history", locale="es-MX", color_scheme="dark", width=390)
    expect(page.get_by_text("Aún no hay estimaciones guardadas.")).to_be_visible()
    page.get_by_role("link", name="Ir a la estimación").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("¿")


def test_axe_finds_nothing_in_the_history(page: Page, violations):
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        assert violations(page) == []
        page.locator(".open").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page, within="dialog") == []  # the page behind it is as it was
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_history_never_scrolls_sideways(page: Page):
    for width in (320, 390, 600, 768, 992, 1200, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width

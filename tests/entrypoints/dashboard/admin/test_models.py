"""The models, in a browser as those who make them look at them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import HEIGHTS
from tests.support.waiting import until

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("with_models.py"))


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve(WITH_MODELS)


@pytest.fixture
def page(look: Callable[..., Page], address: str) -> Page:
    opened = look(address, "/models")
    expect(rows(opened)).to_have_count(3)
    return opened


def rows(page: Page):
    return page.locator("#versions tbody tr:not(.rest)")


def open_version(page: Page, number: int):
    rows(page).locator(".open").nth(3 - number).click()
    dialog = page.get_by_role("dialog", name=f"Version {number}", exact=True)
    expect(dialog).to_be_visible()
    return dialog


def test_the_champion_is_shown_with_how_to_change_it_first(page: Page):
    expect(page.locator("#change-champion")).to_contain_text("Version 1")
    expect(page.locator("#content section:visible").first).to_have_attribute("id", "change-champion")
    expect(page.locator("#champion")).to_contain_text("unconditional")
    expect(page.get_by_text(re.compile("Verified: 1 entry, hash chain intact"))).to_be_visible()


def test_a_card_without_a_button_keeps_no_room_for_buttons(page: Page):
    buttons = page.locator("#change-champion .actions")
    expect(buttons).to_be_visible()
    for button in buttons.locator("button").all():
        button.evaluate("shown => shown.classList.add('hidden')")  # as NiceGUI hides an element
    expect(buttons).to_be_hidden()


def test_a_version_is_shown_with_what_it_was_compared_with(look, address: str):
    page: Page = look(address, "/models/runs?version=1")
    compared = page.get_by_role("table", name="Recipes compared")
    expect(compared.locator("tbody tr")).to_have_count(4)
    expect(compared.get_by_role("row", name=re.compile("forest"))).to_contain_text("$1,595± $96")
    expect(compared.locator("tr", has=page.locator(".point.solid"))).to_contain_text("this one")
    expect(page.get_by_text("medcost serve mlflow")).to_be_visible()


def test_what_ranges_promised_and_held_is_shown_for_every_level(look, address: str):
    page: Page = look(address, "/models/fit?version=1")
    expect(page.get_by_role("table", name="Costs within the range, by group")).to_contain_text("Smokes now: Yes")
    expect(page.get_by_role("table", name="Errors by group")).to_contain_text("+$312")
    held = page.get_by_role("table", name="Calibration")
    expect(held.locator("tbody tr")).to_have_count(10)
    expect(held.get_by_role("row", name=re.compile("^90%"))).to_contain_text(re.compile(r"\d\d\.\d%"))


def test_the_search_for_hyperparameters_is_drawn_and_told(look, address: str):
    page: Page = look(address, "/models/runs?version=1")
    drawn = page.get_by_role("img", name=re.compile("Trials: 12. The first trial scored .*, the best .*, at trial"))
    expect(drawn.locator(".point")).to_have_count(10)
    expect(page.get_by_text("Not shown because they were stopped early or failed: 2.")).to_be_visible()
    page.locator("#tuning summary").click()
    expect(page.get_by_role("table", name="Trials").locator("tbody tr")).to_have_count(12)
    expect(page.get_by_role("row", name=re.compile("^4 "))).to_contain_text("stopped early")


def test_a_person_whom_a_version_underfunds_is_found_by_keyboard(look, address: str):
    page: Page = look(address, "/models")
    page.get_by_role("navigation", name="Views of the models").get_by_role("link", name="People").press("Enter")
    page.get_by_label("From").fill("50")
    page.get_by_label("From").press("Enter")
    expect(page).to_have_url(re.compile("from=50"))
    expect(page.get_by_text(re.compile("Version 3 underfunds these people .Age 50 or more."))).to_be_visible()
    expect(page.get_by_text(re.compile("Version 1 is about right for these people"))).to_be_visible()
    page.locator("#rows .open").first.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("^Row"))
    expect(dialog).to_contain_text("Version 3, before it had seen this person")
    expect(dialog.get_by_role("table", name="What the versions answer now").locator("tbody tr")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#rows .open").first).to_be_focused()
    with page.expect_download() as saved:
        page.locator("#scatter").get_by_role("button", name="Save the numbers (CSV)").press("Enter")
    assert saved.value.path().read_text("utf-8-sig").startswith("Row,")


def test_the_gate_tells_its_numbers(page: Page):
    expect(page.locator("main")).to_contain_text(
        re.compile("Gate: refused.*Better than the champion, or than no model: CRPS")
    )
    dialog = open_version(page, 3)
    check = dialog.get_by_role("row", name=re.compile("Better than the champion"))
    expect(check).to_contain_text(re.compile(r"refused.*CRPS \$[\d,]+, compared with"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rows(page).locator(".open").first).to_be_focused()


def test_the_actuarys_report_of_a_version_is_downloaded(page: Page):
    dialog = open_version(page, 2)
    with page.expect_download() as workbook:
        dialog.get_by_role("button", name="Actuary's report (Excel)").click()
    assert workbook.value.suggested_filename == "medcost-version-2.xlsx"
    assert workbook.value.path().read_bytes().startswith(b"PK")


def test_a_version_is_promoted_once_and_rolled_back(look, serve):
    address = serve(WITH_MODELS)
    page: Page = look(address, "/models")
    open_version(page, 2).get_by_role("button", name="Make it champion …").click()
    dialog = page.get_by_role("dialog", name="Make version 2 champion?")
    dialog.get_by_label("Reason").fill("better on smokers")
    dialog.get_by_role("button", name="Make it champion").dblclick()
    expect(dialog.get_by_role("status")).to_contain_text("This takes a few seconds")
    expect(page.get_by_text("Version 2 is now champion.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    entries = page.get_by_role("table", name="History of champions").locator("tbody tr")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text(re.compile("version 2 promoted.*loopback.*better on smokers"))
    assert httpx.get(f"{address}/api/v1/models/champion").json()["version"] == 2
    page.get_by_role("button", name="Roll back to version 1 …").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Version 1 is now champion.")).to_be_visible()
    expect(page.get_by_text("There is no earlier champion to go back to.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Roll back to"))).to_be_hidden()


def test_against_the_gate_it_takes_a_reason(look, serve):
    address = serve(WITH_MODELS)
    page: Page = look(address, "/models")
    open_version(page, 3).get_by_role("button", name="Make it champion …").click()
    dialog = page.get_by_role("dialog", name="Make version 3 champion?")
    expect(dialog).to_contain_text("These checks failed:")
    dialog.get_by_role("button", name="Make it champion").click()
    expect(dialog.get_by_label("Reason")).to_have_accessible_description(re.compile("Enter a reason"))
    dialog.get_by_label("Reason").fill("Ann asked for it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 3 is now champion.")).to_be_visible()
    expect(page.get_by_role("table", name="History of champions")).to_contain_text("against the gate")


def test_what_the_gate_refuses_meanwhile_is_told_in_the_dialog(look, serve):
    address = serve(WITH_MODELS)
    page: Page = look(address, "/models")
    open_version(page, 2).get_by_role("button", name="Make it champion …").click()
    dialog = page.get_by_role("dialog", name="Make version 2 champion?")
    faster = httpx.post(f"{address}/api/v1/models/3/promotion", json={"reason": "somebody was faster"}, timeout=20)
    until(lambda: httpx.get(address + faster.headers["location"]).json()["state"] == "done")
    dialog.get_by_role("button", name="Make it champion").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "The champion was not changed. The gate did not let the version in:"
    )
    expect(dialog.get_by_role("alert")).to_contain_text("but the champion is 3")
    expect(dialog.get_by_role("button", name="Make it champion")).to_have_attribute("aria-disabled", "false")


def test_without_a_model_the_page_says_how_to_get_one(look, serve):
    page: Page = look(serve(), "/models", locale="es-MX", width=390)
    expect(page.get_by_text("medcost train stage=all")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Aún no hay modelo"])


def test_only_an_admin_sees_the_models(locked: str):
    assert httpx.get(f"{locked}/models").headers["location"].startswith("/sign-in?next=%2Fmodels")


@pytest.mark.parametrize(("locale", "widths"), [("es-MX", [320]), ("en-US", [1440, 320])])
def test_axe_finds_nothing_in_the_models(look, violations, address: str, locale: str, widths: list[int]):
    page: Page = look(address, "/models", locale=locale)
    expect(rows(page)).to_have_count(3)

    def check_each_width(within: str | None = None) -> None:
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            assert violations(page, within=within) == []

    check_each_width()
    rows(page).locator(".open").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check_each_width("dialog")  # the page behind it is as it was
    page.get_by_role("dialog").locator(".btn.primary").click()
    expect(page.locator("#change")).to_be_visible()
    check_each_width("dialog")


PAIR = "version=3&against=1"
VIEWS = [f"/models/{name}?{PAIR}" for name in ("fit", "rows", "facts", "runs", "data")]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_in_a_view_of_two_versions_and_it_never_scrolls_sideways(
    look, violations, address: str, view
):
    page: Page = look(address, view, locale="es-MX")
    expect(page.locator("#content section").first).to_be_visible()
    for chart in page.locator(".zoomable").all():
        expect(chart.locator("svg")).to_be_visible()
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        if width != 390:  # no media query tells it from 320
            assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_models_never_scroll_sideways(page: Page):
    for width in (320, 390, 600, 768, 992, 1200, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width

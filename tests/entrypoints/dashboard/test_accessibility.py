"""What axe does not see, on every page: the keyboard's way, groups, headers, pictures in words, errors said aloud."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

WITH_MODELS = str(Path(__file__).with_name("admin") / "with_models.py")
PEOPLE = "age,sex,bmi,children,smoker,region\n40,female,27.5,1,no,northeast\n58,male,33,0,yes,southwest\n7,?,1,,,\n"
PAGES = ["/", "/what-if", "/batch", "/history", "/models", "/operations", "/sign-in"]
STOP = """() => {
    const focused = document.activeElement;
    const within = focused === globalThis.lastStop;  // a date has a stop each for day, month and year
    if (focused === document.body || (focused.dataset.seen && !within)) return null;
    focused.dataset.seen = "yes";
    globalThis.lastStop = focused;
    const shown = focused.matches(".choices input, input.veiled") ? focused.parentElement : focused;
    const look = getComputedStyle(shown), box = shown.getBoundingClientRect();
    return {
        outlined: look.outlineStyle === "solid" && parseFloat(look.outlineWidth) >= 2,
        inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        within,
        what: focused.outerHTML.slice(0, 200),
    };
}"""
STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(one =>
    one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0
    && (one.type !== "radio" || one.checked)
).length"""
PICTURES = """() => [...document.querySelectorAll("svg, img, canvas, .track > i, .span, .dots, progress")].filter(one =>
    !one.closest("[aria-hidden=true], [role=img][aria-label]:not([aria-label='']), progress[aria-label]")
    && !/\\$|\\d/.test(one.closest("tr")?.innerText ?? "")
).map(one => one.outerHTML)"""


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], save: Callable[..., str]) -> str:
    """A process with models and estimates, so that every page has something to show."""
    url = serve(WITH_MODELS)
    for age in (30, 40, 50):
        save(url, age=age)
    return url


@pytest.fixture
def full(look: Callable[..., Page], address: str) -> Callable[[str], Page]:
    """`full("/batch")` opens a page and waits until it shows what it has."""

    def full(path: str) -> Page:
        page = look(address, path)
        if path == "/batch":
            page.locator("input[type=file]").set_input_files(
                {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
            )
            page.get_by_role("button", name="Work out the costs").click()
        shown = {"/": "#reasons tr", "/what-if": "#curve svg", "/batch": "#scored tbody tr", "/sign-in": "#password"}
        expect(page.locator(shown.get(path, "main tbody tr")).first).to_be_visible()
        return page

    return full


@pytest.mark.parametrize("path", PAGES)
def test_every_stop_of_the_keyboard_is_reached_once_and_seen(full, path):
    page = full(path)
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    many, stops = page.evaluate(STOPS), []
    page.keyboard.press("Tab")
    while stop := page.evaluate(STOP):
        stops += [] if stop["within"] else [stop["what"]]
        assert stop["outlined"], stop
        assert stop["inSight"], stop
        page.keyboard.press("Tab")
    assert len(stops) == many, stops


@pytest.mark.parametrize("path", ["/", "/what-if", "/history"])
def test_arrow_keys_go_through_every_group_of_choices(full, path):
    page = full(path)
    for folded in page.locator("main summary").all():
        folded.click()
    groups = page.get_by_role("group").filter(has=page.get_by_role("radio")).locator("visible=true").all()
    for group in [one for one in groups if one.evaluate("one => one.tagName") == "FIELDSET"]:
        choices = group.get_by_role("radio")
        chosen = next(one for one in choices.all() if one.is_checked())
        assert re.search(r"\w", group.locator("legend").inner_text())
        chosen.focus()
        page.keyboard.press("ArrowRight")
        moved = group.locator("input:checked")
        expect(moved).to_be_focused()
        assert choices.count() > 1
        expect(chosen).not_to_be_checked()
        page.keyboard.press("ArrowLeft")
        expect(chosen).to_be_checked()
        expect(chosen).to_be_focused()


@pytest.mark.parametrize("path", PAGES)
def test_headers_that_sort_say_so_and_no_others(full, path):
    for header in full(path).locator("th[scope=col]").all():
        sorts = header.get_by_role("button").count() == 1
        assert (header.get_attribute("aria-sort") in ("none", "ascending", "descending")) == sorts


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_is_said_in_words_or_lies_beside_them(full, path):
    assert full(path).evaluate(PICTURES) == []


def test_the_picture_of_a_year_says_the_numbers_that_are_written_beside_it(full):
    page = full("/")
    seen = page.get_by_role("img").get_attribute("aria-label")
    for shown in (page.locator(".answer-number"), *page.locator("#answer .fact-number").all()):
        for usd in re.findall(r"\$[\d,]+", shown.inner_text()):
            assert usd in seen


def test_the_picture_of_a_curve_says_the_numbers_that_are_in_its_table(full):
    page = full("/what-if")
    seen = page.locator("#curve").get_by_role("img").get_attribute("aria-label")
    page.get_by_text("Show these numbers as a table").click()
    rows = page.locator("#curve tbody tr")
    for row in (rows.first, page.locator("#curve .own-row"), rows.last):
        assert row.locator("td").first.inner_text() in seen


def said(page: Page, role: str, words: str) -> Locator:
    return page.locator(f"[role={role}]").filter(has_text=words)


def test_what_is_wrong_with_a_fact_is_said_once_nobody_types(full):
    page = full("/")
    page.get_by_role("textbox", name="Age").fill("200")
    expect(said(page, "status", "Enter an age from 18 to 100.")).to_have_count(1)
    expect(said(page, "status", "This is still your last estimate.")).to_have_count(1)
    page.get_by_role("textbox", name="Age").fill("20")
    expect(said(page, "status", "Enter an age")).to_have_count(0)


def test_what_is_wrong_with_a_comparison_is_said(full):
    page = full("/what-if")
    page.get_by_role("group", name="Someone else, 3").get_by_role("textbox", name="BMI").fill("99")
    expect(said(page, "status", "Enter a BMI from 10 to 70.")).to_have_count(1)
    page.get_by_role("textbox", name="Age", exact=True).first.fill("x")
    expect(said(page, "status", "These are still your last numbers.")).to_have_count(1)


def test_what_is_wrong_in_a_dialog_is_said_at_once(full):
    page = full("/history")
    page.locator("tbody .open").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Real cost").fill("a lot")
    dialog.get_by_role("button", name="Save the cost").click()
    expect(said(page, "alert", "Enter an amount in dollars")).to_have_count(1)


def test_a_column_that_is_not_chosen_is_named_and_has_the_focus(full):
    page = full("/batch")
    page.get_by_role("button", name="Back to the columns").click()
    age = page.get_by_label("Age", exact=True)
    age.select_option("")
    page.get_by_role("button", name="Work out the costs").click()
    expect(age).to_be_focused()
    expect(age).to_have_attribute("aria-invalid", "true")
    expect(age).to_have_accessible_description("Choose the column that holds this.")

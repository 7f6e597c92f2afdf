"""What axe does not see, on every page: the keyboard's way, groups, headers, pictures in words, errors said aloud."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import THEMES, Pages
from tests.support.dashboard_pages import FOR_ADMINS, FOR_EVERYBODY

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("admin") / "with_models.py")
PEOPLE = "age,sex,bmi,children,smoker,region\n40,female,27.5,1,no,northeast\n58,male,33,0,yes,southwest\n7,?,1,,,\n"
PAGES = [*FOR_EVERYBODY, *FOR_ADMINS, "/sign-in"]
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


def filled(page: Page, path: str) -> Page:
    """Wait until a page shows what it has, once it was given a file if it needs one."""
    if path == "/batch":
        page.locator("input[type=file]").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
        )
        page.locator("#match .primary").click()
        page.locator("#group .primary").click()
        expect(page.locator("#group .fact-number").first).to_be_visible()
    shown = {
        "/": "#reasons tr",
        "/what-if": "#curve svg",
        "/plans": ".plan .fact-number",
        "/batch": "#scored tbody tr",
        "/history": "main tbody tr",
        "/models": "main tbody tr",
        "/operations": "#parts tbody tr",
        "/sign-in": "#password",
    }
    expect(page.locator(shown.get(path, "h1")).first).to_be_visible()
    return page


@pytest.fixture
def full(look: Callable[..., Page], address: str) -> Callable[..., Page]:
    """`full("/batch")` opens a page and waits until it shows what it has."""
    return lambda path, **way: filled(look(address, path, **way), path)


@pytest.fixture(scope="module", params=PAGES)
def path(request: pytest.FixtureRequest) -> str:
    """Where each page is."""
    return request.param


@pytest.fixture(scope="module")
def page(pages: Pages, address: str, path: str) -> Iterator[Page]:
    """Each page, opened once for the tests that leave its content as it was."""
    with pages.lend() as open_page:
        yield filled(open_page(address, path), path)


def test_every_stop_of_the_keyboard_is_reached_once_and_seen(page: Page):
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    many, stops = page.evaluate(STOPS), []
    page.keyboard.press("Tab")
    while stop := page.evaluate(STOP):
        stops += [] if stop["within"] else [stop["what"]]
        assert stop["outlined"], stop
        assert stop["inSight"], stop
        page.keyboard.press("Tab")
    assert len(stops) == many, stops


def test_what_a_narrow_table_hides_unfolds_below_each_row(full):
    for path, shown in (("/history", "Likely range"), ("/models", "CRPS"), ("/batch", "Region of the United States")):
        page = full(path, width=320)
        rest = page.locator("tr.rest").first
        rest.locator("summary").click()
        expect(rest.get_by_text(shown, exact=True)).to_be_visible()
        page.set_viewport_size({"width": 1440, "height": 900})
        expect(page.locator("tr.rest:visible")).to_have_count(0)


def test_escape_closes_the_menu_wherever_the_focus_is(full):
    page = full("/", width=320)
    menu = page.get_by_role("button", name="Menu")
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    menu.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.click()
    page.get_by_role("textbox", name="Age").focus()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    share = page.locator(".share summary")
    share.click()
    page.get_by_label("Link", exact=True).press("Escape")
    expect(share).to_be_focused()


def test_a_slider_is_seen_in_forced_colours(full):
    page = full("/")
    page.emulate_media(forced_colors="active")
    slider = page.get_by_role("slider", name="Age")
    assert slider.evaluate("one => getComputedStyle(one).forcedColorAdjust") == "none"
    slider.scroll_into_view_if_needed()
    seen = slider.screenshot()
    page.add_style_tag(content="input[type=range]::-webkit-slider-runnable-track { background: none; border: 0 }")
    assert slider.screenshot() != seen


def test_paper_holds_every_column_of_the_history_and_starts_on_its_first_page(full):
    history = full("/history")
    history.emulate_media(media="print")
    for name in ("Children", "Smokes", "Region", "Expected", "Likely range", "Real cost"):
        expect(history.get_by_role("columnheader", name=name)).to_be_visible()
    history.set_viewport_size({"width": 816, "height": 1056})  # a Letter page
    expect(history.get_by_role("columnheader", name="Region")).to_be_visible()
    assert history.evaluate("document.documentElement.scrollWidth") == 816
    what_if = full("/what-if")
    what_if.emulate_media(media="print")
    card = what_if.locator("#answer")
    assert card.evaluate("one => getComputedStyle(one).breakInside") == "auto"
    assert what_if.locator(".scenario").first.evaluate("one => getComputedStyle(one).breakInside") == "avoid"


@pytest.mark.parametrize("path", ["/", "/what-if", "/history"])
def test_arrow_keys_go_through_every_group_of_choices(full, path):
    page = full(path)
    for folded in page.locator("main summary").all():
        folded.click()
    groups = page.get_by_role("group").filter(has=page.get_by_role("radio")).locator("visible=true").all()
    for group in [candidate for candidate in groups if candidate.evaluate("one => one.tagName") == "FIELDSET"]:
        choices = group.get_by_role("radio")
        chosen = next(choice for choice in choices.all() if choice.is_checked())
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


def test_headers_that_sort_say_so_and_no_others(page: Page):
    # looked at in one moment: a page that updates itself puts new headers in the place of those that were counted
    looked = "all => all.map(each => [each.ariaSort, each.querySelectorAll('button, [role=button]').length])"
    headers = page.locator("th[scope=col]").evaluate_all(looked)
    for says, buttons in headers:
        assert (says in ("none", "ascending", "descending")) == (buttons == 1)


def test_every_picture_is_said_in_words_or_lies_beside_them(page: Page):
    assert page.evaluate(PICTURES) == []


def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_a_small_phone(page: Page, path: str, full, violations):
    page.set_viewport_size({"width": 320, "height": 640})
    spanish = full(path, width=320, locale="es-US")
    for opened, themes in ((page, THEMES), (spanish, THEMES[:1])):  # colors are the same in both languages
        for folded in opened.locator("main summary:visible").all()[:3]:
            folded.click()
        assert violations(opened, themes=themes) == []
        for width in (320, 360, 390):
            opened.set_viewport_size({"width": width, "height": 640})
            assert opened.evaluate("document.documentElement.scrollWidth") == width


def test_the_picture_of_a_year_says_the_numbers_that_are_written_beside_it(full):
    page = full("/")
    seen = page.locator("#answer").get_by_role("img").get_attribute("aria-label")
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


def announcement(page: Page, role: str, words: str) -> Locator:
    return page.locator(f"[role={role}]").filter(has_text=words)


def test_what_is_wrong_with_a_fact_is_said_once_nobody_types(full):
    page = full("/")
    page.get_by_role("textbox", name="Age").fill("200")
    expect(announcement(page, "status", "Age: enter a whole number from 18 to 100.")).to_have_count(1)
    expect(announcement(page, "status", "These are still the numbers for your last answers.")).to_have_count(1)
    page.get_by_role("textbox", name="Age").fill("20")
    expect(announcement(page, "status", "Age: enter")).to_have_count(0)


def test_what_is_wrong_with_a_comparison_is_said(full):
    page = full("/what-if")
    page.get_by_role("group", name="Someone else, 3").get_by_role("textbox", name="BMI").fill("99")
    expect(announcement(page, "status", "Body mass index (BMI): enter a number from 10 to 70.")).to_have_count(1)
    page.get_by_role("textbox", name="Age", exact=True).first.fill("x")
    expect(announcement(page, "status", "These are still the numbers for your last answers.")).to_have_count(1)


def test_what_is_wrong_in_a_dialog_is_said_at_once(full):
    page = full("/history")
    page.locator("tbody .open").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Real cost").fill("a lot")
    dialog.get_by_role("button", name="Save the cost").click()
    expect(announcement(page, "alert", "Enter an amount, such as")).to_have_count(1)


def test_a_column_that_is_not_chosen_is_named_and_has_the_focus(full):
    page = full("/batch")
    page.get_by_role("button", name="Back to the columns").click()
    age = page.get_by_label("Age", exact=True)
    age.select_option("")
    page.get_by_role("button", name="Calculate the costs").click()
    expect(age).to_be_focused()
    expect(age).to_have_attribute("aria-invalid", "true")
    expect(age).to_have_accessible_description(re.compile("Choose the column that holds this fact"))


def test_axe_finds_nothing_in_the_documentation_of_the_api(browser, violations, address: str):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{address}/api/v1/docs")
    expect(page.locator(".opblock-summary-control").first).to_be_visible()
    assert violations(page) == []
    for operation in page.locator(".opblock-summary-control").all()[:2]:
        operation.click()
    expect(page.locator(".responses-table").nth(1)).to_be_visible()
    assert violations(page, within=".opblock.is-open") == []  # the others are as they were
    context.close()

"""Every page by keyboard alone; the main jobs with both schemas."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from domain.people.schema import Schema
from entrypoints.dashboard.locale.speech import Words
from tests.support.default_schema import DEFAULT
from tests.support.other_schema import CLINIC, CLINIC_FILE
from tests.support.words import words_in

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("admin") / "with_models.py")
_MOST_STOPS = 60

AT_A_STOP = """element => {
    const focused = document.activeElement;
    const shown = focused.matches(".choices input") ? focused.parentElement : focused;
    return {
        // after the last stop comes the browser's own frame
        outlined: focused === document.body || getComputedStyle(shown).outlineStyle === "solid",
        reached: focused === element,
        replaced: !element.isConnected,
    };
}"""


def typical(page: Page) -> str:
    return page.locator(".answer-number").inner_text()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way shows where it is."""
    element = target.element_handle()
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if (stop := element.evaluate(AT_A_STOP))["replaced"]:  # a page that updates itself draws elements anew
            element = target.element_handle()
            stop = element.evaluate(AT_A_STOP)
        assert stop["outlined"]
        if stop["reached"]:
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


@dataclass(frozen=True)
class Installation:
    """A process with models of one schema, a file of its people, and the width at which it is used."""

    address: str
    schema: Schema
    people: str
    width: int

    @property
    def words(self) -> Words:
        """Return the English words."""
        return words_in("en", self.schema)


@pytest.fixture(scope="module", params=["default", "clinic"])
def installed(request, serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    if request.param == "default":
        people = "age,sex,bmi,children,smoker,region\n40,f,27.5,1,no,ne\n"
        return Installation(serve(WITH_MODELS), DEFAULT, people, 1440)
    file = tmp_path_factory.mktemp("schema") / "clinic.yaml"
    file.write_text(CLINIC_FILE, encoding="utf-8")
    people = "visits,insulin,ward,shift\n7,yes,c,night\n"
    return Installation(serve(WITH_MODELS, MEDCOST_SCHEMA=str(file)), CLINIC, people, 390)


def test_an_estimate_is_made_and_saved(look: Callable[..., Page], installed: Installation):
    words, page = installed.words, look(installed.address, "/", width=installed.width)
    expect(page.locator("#answer .fact-number").first).to_be_visible()
    before = typical(page)
    first = words.label(next(iter(installed.schema.numeric)))
    tab_to(page, page.get_by_role("textbox", name=first))
    page.keyboard.type("58")
    expect(page.locator(".answer-number")).not_to_have_text(before)
    tab_to(page, page.get_by_role("button", name=words("save")))
    page.keyboard.press("Enter")
    expect(page.get_by_text(words("saved"))).to_be_visible()


def test_plans_are_compared_for_two_people(look: Callable[..., Page], installed: Installation):
    words, page = installed.words, look(installed.address, "/plans", width=installed.width)
    plan = page.get_by_role("group").filter(has=page.get_by_text(words("plans.change"))).first
    expect(plan.locator(".fact-number")).to_be_visible()
    tab_to(page, plan.get_by_text(words("plans.change")))
    page.keyboard.press("Enter")
    tab_to(page, plan.get_by_role("textbox", name=words("plans.premium"), exact=True))
    page.keyboard.type("9100")
    expect(plan.get_by_role("definition").first).to_have_text(words.money(9100))
    tab_to(page, page.get_by_role("button", name=words("plans.join")))
    page.keyboard.press("Enter")
    expect(page.get_by_text(words("plans.joined", count=2))).to_be_visible()


def test_a_file_is_brought_scored_and_taken_away(look: Callable[..., Page], installed: Installation):
    words, page = installed.words, look(installed.address, "/batch", width=installed.width)
    people: FilePayload = {"name": "people.csv", "mimeType": "text/csv", "buffer": installed.people.encode()}
    page.once("filechooser", lambda chooser: chooser.set_files(people))  # waited for by what follows
    tab_to(page, page.locator("input[type=file]"))
    page.keyboard.press("Enter")
    start = page.get_by_role("button", name=words("batch.start"))
    expect(start).to_be_visible()
    tab_to(page, start)
    page.keyboard.press("Enter")
    expect(page.locator("#scored")).to_be_focused()
    tab_to(page, page.get_by_role("link", name=words("batch.csv")))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.path().read_text().count("\n") == 2


def test_a_version_is_promoted_rolled_back_and_compared(look: Callable[..., Page], installed: Installation):
    words, page = installed.words, look(installed.address, "/models", width=installed.width)
    newest = page.locator("#versions tbody .open").nth(1)
    expect(newest).to_be_visible()
    tab_to(page, newest)
    page.keyboard.press("Enter")
    opened = page.get_by_role("dialog", name=words("models.version.short", number=2), exact=True)
    expect(opened).to_be_visible()  # it takes the focus
    tab_to(page, opened.get_by_role("button", name=words("models.promote")))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=words("models.promote.title", version=2))
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_label(words("models.reason")))
    page.keyboard.type("better on smokers")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words("models.done", version=2))).to_be_visible()
    tab_to(page, page.get_by_role("button", name=words("models.back", version=1)))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=words("models.back.title", version=1))
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_role("button", name=words("models.back.yes")))
    page.keyboard.press("Enter")
    expect(page.get_by_text(words("models.done", version=1))).to_be_visible()
    tab_to(page, page.get_by_role("link", name=words("models.section.rows"), exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words("models.rows.title"), level=1)).to_be_visible()
    page.wait_for_function("window.socket?.connected")
    along = page.get_by_label(words("models.rows.along"))
    expect(along).to_be_visible()
    tab_to(page, page.get_by_label(words("models.rows.from"), exact=True))
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"from=20"))
    expect(page.locator(".verdict").first).to_be_visible()

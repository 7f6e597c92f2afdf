"""A real browser, a real server process on the memory profile: what a person sees, types and presses."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from domain.beneficiary import Beneficiary, Region, Sex
from entrypoints.dashboard.words.speech import Words

TREE = Path(__file__).resolve().parents[3]
AXE = TREE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OUTLINED = """() => {
    const focused = document.activeElement;
    const shown = focused.matches(".choices input") ? focused.parentElement : focused;
    return getComputedStyle(shown).outlineStyle === "solid";
}"""
DESK, PHONE, SMALL = {"width": 1440, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def door() -> Iterator[socket.socket]:
    """A listening socket that outlives the processes that serve on it."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.set_inheritable(True)
        yield opened


@contextmanager
def served(door: socket.socket, home: Path) -> Iterator[str]:
    """The web process, as `medcost up --profile memory` starts it."""
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "entrypoints.wiring.asgi", "--fd", str(door.fileno())],
        env={**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(home)},
        cwd=home,
        pass_fds=[door.fileno()],
    )
    try:
        with urllib.request.urlopen(f"{url}/", timeout=60) as page:  # the socket listens already: this waits
            assert page.status == 200
        yield url
    finally:
        process.terminate()
        assert process.wait(timeout=15) in (0, -15)


@pytest.fixture(scope="module")
def address(door: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(door, tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="module")
def browser(part: Callable[[str, str | None], None]) -> Iterator[Browser]:
    part("chromium", None if CHROMIUM else "it is not installed")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`visit(PHONE, scheme="dark")` opens the page; any console error, failed or foreign request fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_page(size: Any, *, scheme: Any = "light", path: str = "/", locale: str = "en-US") -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.on(
            "response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        )
        page.on(
            "request", lambda asked: wrong.append(f"foreign: {asked.url}") if _foreign(asked.url, address) else None
        )
        page.goto(address + path)
        expect(page.locator("#answer .fact-number").first).to_be_visible()
        page.wait_for_function("window.socket?.connected")
        return page

    yield open_page
    seen = list(wrong)
    for context in contexts:
        context.close()
    assert not seen


def _foreign(url: str, address: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(address).netloc


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


WAYS = pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [(DESK, "light", "en-US"), (PHONE, "dark", "es-US"), (SMALL, "light", "es-US")],
    ids=["desk-light-english", "phone-dark-spanish", "small-light-spanish"],
)


@WAYS
def test_a_person_fills_in_the_form_reads_the_answer_and_saves_it(visit, size, scheme, locale):
    page = visit(size, scheme=scheme, locale=locale)
    words = Words("es" if locale == "es-US" else "en")
    before = typical(page)
    page.get_by_role("textbox", name=words("age")).fill("52")
    page.get_by_role("radio", name=words("sex.male"), exact=True).check()
    page.get_by_text(words("bmi.how")).click()
    page.get_by_role("radio", name=words("bmi.metric")).check()
    page.get_by_role("textbox", name=words("bmi.centimetres")).fill("171,5")
    page.get_by_role("textbox", name=words("bmi.kilograms")).fill("98,5")
    expect(page.get_by_role("textbox", name=words("bmi"))).to_have_value("33.5")
    page.get_by_role("radio", name="3", exact=True).check()
    page.get_by_role("radio", name=words("smoker.yes")).check()
    page.get_by_role("combobox", name=words("region")).select_option(label=words("region.southwest"))
    expect(page.locator(".answer-number")).not_to_have_text(before)
    expect(page.get_by_role("row", name=words("reason.smoker"))).to_contain_text("+$")
    page.get_by_role("button", name=words("save")).click()
    expect(page.get_by_text(words("saved"))).to_be_visible()
    newest = page.get_by_role("region", name=words("last")).get_by_role("listitem").first
    person = Beneficiary(age=52, sex=Sex.MALE, bmi=33.5, children=3, smoker=True, region=Region.SOUTHWEST)
    expect(newest).to_contain_text(words.person(person))
    expect(newest).to_contain_text(typical(page))


def test_everything_can_be_done_with_the_keyboard_alone(visit):
    page = visit(DESK)
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
    expect(page.get_by_text("Saved. It is now first")).to_be_visible()


def test_a_keyboard_can_skip_to_the_answer(visit):
    page = visit(DESK)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The answer")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save this estimate")).to_be_focused()


def test_a_wrong_age_is_named_where_it_was_typed(visit):
    page = visit(PHONE)
    age = page.get_by_role("textbox", name="Age")
    age.fill("200")
    expect(age).to_have_attribute("aria-invalid", "true")
    expect(age).to_have_accessible_description(re.compile("Enter an age from 18 to 100"))
    expect(page.get_by_text("This is still your last estimate.")).to_be_visible()
    expect(page.get_by_role("button", name="Save this estimate")).to_have_attribute("aria-disabled", "true")
    age.fill("20")
    expect(age).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_text("This is still your last estimate.")).to_be_hidden()


def test_a_reload_keeps_the_facts(visit):
    page = visit(DESK)
    for change in (
        page.get_by_role("radio", name="Yes").check,
        lambda: page.get_by_role("textbox", name="Age").fill("58"),
    ):
        before = typical(page)
        change()
        expect(page.locator(".answer-number")).not_to_have_text(before)
    answer = typical(page)
    page.reload()
    expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()
    expect(page.locator(".answer-number")).to_have_text(answer)


def test_a_lost_connection_comes_back_to_the_same_form(visit):
    page = visit(DESK)
    age = page.get_by_role("textbox", name="Age")
    age.fill("58")
    expect(page.get_by_role("slider", name="Age")).to_have_value("58")
    page.evaluate("window.socket.io.engine.close()")
    page.wait_for_function("window.socket.connected")
    expect(age).to_have_value("58")
    before = typical(page)
    age.fill("19")
    expect(page.locator(".answer-number")).not_to_have_text(before)


def test_a_browser_that_likes_spanish_is_answered_in_spanish(visit):
    page = visit(PHONE, locale="es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page).to_have_title("¿Cuánto podría costar un año de atención? · Medcost")
    page.get_by_role("textbox", name="Edad").fill("200")
    expect(page.get_by_text("Escriba una edad de 18 a 100.")).to_be_visible()
    expect(page.get_by_text("Este es todavía su último cálculo.")).to_be_visible()


def test_the_language_is_switched_in_the_header_and_kept(visit):
    page = visit(DESK)
    page.get_by_role("textbox", name="Age").fill("58")
    expect(page.get_by_role("slider", name="Age")).to_have_value("58")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("¿Cuánto podría costar un año de atención?")
    expect(page.get_by_role("textbox", name="Edad")).to_have_value("58")
    page.goto(page.url)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-US")


def test_the_theme_follows_the_device_until_a_person_chooses(visit):
    page = visit(PHONE, scheme="dark")
    dark, light = "rgb(16, 22, 28)", "rgb(244, 246, 248)"
    expect(page.locator("body")).to_have_css("background-color", dark)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("combobox", name="Colors").select_option(label="Light")
    expect(page.locator("body")).to_have_css("background-color", light)
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", light)


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit):
    page = visit(PHONE)
    menu = page.get_by_role("button", name="Menu")
    here = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Estimate")
    expect(here).to_be_hidden()
    menu.press("Enter")
    expect(here).to_have_attribute("aria-current", "page")
    tab_to(page, here)
    page.keyboard.press("Escape")
    expect(here).to_be_hidden()
    expect(menu).to_be_focused()


def test_what_is_typed_while_the_connection_is_cut_is_kept_and_answered_later(visit):
    page = visit(PHONE)
    before = typical(page)
    page.evaluate("window.socket.disconnect()")
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Yes").check()
    assert typical(page) == before
    page.evaluate("window.socket.connect()")
    expect(page.locator(".answer-number")).not_to_have_text(before)
    expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()


def test_units_change_at_once_however_far_the_server_is(visit):
    page = visit(DESK)
    page.get_by_text("Work it out from height and weight").click()
    page.evaluate("window.socket.disconnect()")
    page.get_by_role("group", name="Units").get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    for measure in ("171,5", "98,5"):
        page.keyboard.press("Tab")
        page.keyboard.type(measure)
    expect(page.get_by_role("textbox", name="Weight")).to_have_value("98,5")
    page.evaluate("window.socket.connect()")
    expect(page.get_by_role("textbox", name="Body mass index")).to_have_value("33.5")


def test_another_fact_is_asked_for_at_once_however_far_the_server_is(visit):
    page = visit(DESK, path="/what-if")
    third = page.get_by_role("group", name="Someone else, 3")
    page.evaluate("window.socket.disconnect()")
    third.get_by_role("combobox").select_option(label="has another age")
    third.get_by_role("combobox").press("Tab")
    page.keyboard.type("58")
    expect(third.get_by_role("textbox")).to_have_value("58")
    before = third.locator(".fact-number").inner_text()
    page.evaluate("window.socket.connect()")
    expect(third.locator(".fact-number")).not_to_have_text(before)


def test_the_form_outlives_the_web_process(browser: Browser, tmp_path: Path):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        with served(door, tmp_path) as url:
            page.goto(url)
            page.get_by_role("textbox", name="Age").fill("58")
            expect(page.get_by_role("slider", name="Age")).to_have_value("58")
        page.get_by_role("radio", name="Yes").check()
        page.get_by_role("textbox", name="Body mass index").fill("33,5")
        with served(door, tmp_path):
            expect(page.locator("#answer .says")).to_contain_text("In a typical year")
            expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
            expect(page.get_by_role("textbox", name="Body mass index")).to_have_value("33,5")
            expect(page.get_by_role("radio", name="Yes")).to_be_checked()
            page.get_by_role("button", name="Save this estimate").click()
            newest = page.get_by_role("region", name="Last estimates").get_by_role("listitem").first
            expect(newest).to_contain_text("58, female, BMI 33.5, 1 child, smokes, Northeast")
    context.close()


@pytest.mark.parametrize("locale", ["en-US", "es-US"])
@pytest.mark.parametrize("path", ["/", "/what-if"])
def test_nothing_scrolls_sideways(visit, path, locale):
    page = visit({"width": 320, "height": 800}, path=path, locale=locale)
    for folded in page.locator("main summary").all():
        folded.click()
    for width in (320, 390, 768, 991, 992, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@WAYS
def test_a_person_compares_themselves_with_others(visit, size, scheme, locale):
    page = visit(size, scheme=scheme, path="/what-if", locale=locale)
    words = Words("es" if locale == "es-US" else "en")
    page.get_by_role("radio", name=words("smoker.yes")).check()
    first = page.get_by_role("group", name=words("what_if.other", number=1))
    expect(first.get_by_role("combobox")).to_contain_text(words("what_if.nonsmoker"))
    expect(first.locator(".gap.down")).to_contain_text(words("what_if.less", usd=""))
    second = page.get_by_role("group", name=words("what_if.other", number=2))
    second.get_by_role("combobox").select_option(label=words("what_if.age"))
    before = second.locator(".fact-number").inner_text()
    second.get_by_role("textbox").fill("21")
    expect(second.locator(".fact-number")).not_to_have_text(before)
    page.get_by_role("radio", name=words("curve.bmi"), exact=True).check()
    expect(page.get_by_role("img")).to_have_accessible_name(re.compile(re.escape(words("curve.bmi"))))
    page.get_by_text(words("curve.table")).click()
    own = page.get_by_role("row", name=re.compile(r"^27\.5 "))
    expect(own).to_contain_text(page.locator("#answer .fact-number").first.inner_text())


def test_facts_follow_a_person_to_the_other_page_and_to_no_other_browser(visit):
    page, stranger = visit(DESK), visit(DESK)
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_role("link", name="What if").click()
    expect(page.locator(".scenario .who").first).to_contain_text("58, male")
    stranger.reload()
    expect(stranger.get_by_role("textbox", name="Age")).to_have_value("40")


def test_a_shared_link_says_nothing_of_the_person_unless_they_choose_so(visit, address: str):
    page = visit(DESK)
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Yes").check()
    page.get_by_text("Share", exact=True).click()
    link = page.get_by_role("textbox", name="Link")
    expect(link).to_have_value(f"{address}/")
    page.get_by_role("checkbox", name="Put the six facts into the link").check()
    expect(link).to_have_value(re.compile(r"/#age=58&sex=female&bmi=27\.5&children=1&smoker=yes&region=northeast$"))
    expect(page.get_by_text("Everybody who has this link sees the six facts.")).to_be_visible()
    answer = typical(page)
    friend = visit(PHONE, path=link.input_value().removeprefix(address))
    expect(friend.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(friend.get_by_role("radio", name="Yes")).to_be_checked()
    expect(friend.locator(".answer-number")).to_have_text(answer)
    assert friend.url == f"{address}/"


def test_a_link_that_was_tampered_with_is_told_like_any_wrong_answer(visit):
    page = visit(PHONE, path="/#age=200&sex=<b>&children=x&smoker=1&region=moon")
    expect(page.get_by_role("textbox", name="Age")).to_have_accessible_description(re.compile("Enter an age from 18"))
    expect(page.get_by_text("Choose the sex on record.")).to_be_visible()
    page.get_by_role("textbox", name="Age").fill("30")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_role("combobox", name="Region").select_option(label="Southwest")
    expect(page.get_by_text("This is still your last estimate.")).to_be_hidden()


def test_an_estimate_prints_on_white_with_its_facts_and_without_its_buttons(visit):
    page = visit(DESK, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("body")).to_have_css("color", "rgb(20, 32, 43)")
    for hidden in ("Save this estimate", "Print", "Español"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    expect(page.get_by_role("textbox", name="Age")).to_be_visible()
    expect(page.get_by_text("Not medical, insurance or legal advice.")).to_be_visible()
    assert page.pdf(format="Letter").startswith(b"%PDF")


def test_a_small_screen_keeps_the_answer_in_sight(visit):
    page = visit(PHONE)
    peek = page.get_by_role("link", name="See the answer")
    expect(peek).to_be_in_viewport()
    expect(peek).to_contain_text(typical(page))
    peek.click()
    expect(page.locator(".answer-number")).to_be_in_viewport()


def test_no_text_lies_on_other_text_in_the_chart(visit):
    page = visit(PHONE)
    boxes = [label.bounding_box() for label in page.locator(".flag span").all()]
    (one, other) = boxes
    assert one["y"] + one["height"] <= other["y"] + 4 or other["y"] + other["height"] <= one["y"] + 4


def test_an_address_that_does_not_exist_is_answered_kindly(address: str):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/nowhere", timeout=10)
    assert refused.value.code == 404
    assert b"There is no such page" in refused.value.read()


def test_the_api_answers_beside_the_page(address: str):
    with urllib.request.urlopen(f"{address}/api/v1/health/ready", timeout=10) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "/what-if"])
def test_axe_finds_nothing(visit, part: Callable[[str, str | None], None], size, path):
    part("axe-core", None if AXE.is_file() else f"{AXE.relative_to(TREE)} is missing: npm install axe-core@4.14.1")
    page = visit(size, path=path)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.get_by_text("Work it out from height and weight").click()
    for folded in ("Menu", "Share", "Show these numbers as a table", "Save this estimate"):
        if page.get_by_text(folded, exact=True).is_visible():
            page.get_by_text(folded, exact=True).click()
    if path == "/":
        expect(page.get_by_role("row", name="Smoking")).to_be_visible()
        expect(page.get_by_text("Saved. It is now first")).to_be_visible()
    assert _violations(page, "light") == _violations(page, "dark") == []
    page.get_by_role("textbox", name="Age", exact=True).fill("200")
    expect(page.get_by_text("Fix the marked answer to update")).to_be_visible()
    assert _violations(page, "light") == _violations(page, "dark") == []


def _violations(page: Page, scheme: Any) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate("axe.run({preload: false})")  # its preloading would make Quasar show a loading bar
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]

"""Estimate and What if, in a browser: what a person sees, types and presses."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def typical(page: Page) -> str:
    return page.locator(".answer-number").inner_text()


def test_a_wrong_age_is_named_where_it_was_typed(visit):
    page = visit(width=390)
    age = page.get_by_role("textbox", name="Age")
    age.fill("200")
    expect(age).to_have_attribute("aria-invalid", "true")
    expect(age).to_have_accessible_description(re.compile("Age: enter a whole number from 18 to 100"))
    expect(page.get_by_text("These are still the numbers for your last answers.")).to_be_visible()
    expect(page.get_by_role("button", name="Save this estimate")).to_have_attribute("aria-disabled", "true")
    age.fill("20")
    expect(age).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_text("These are still the numbers for your last answers.")).to_be_hidden()


def test_a_reload_keeps_the_facts(visit):
    page = visit()
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


@pytest.mark.parametrize("locale", ["en-US", "es-US"])
@pytest.mark.parametrize("path", ["/", "/what-if"])
def test_nothing_scrolls_sideways(visit, path, locale):
    page = visit(path, width=320, locale=locale)
    for folded in page.locator("main summary").all():
        folded.click()
    for width in (320, 390, 768, 991, 992, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_facts_follow_a_person_to_the_other_page(visit):
    page = visit()
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_role("link", name="What if").click()
    expect(page.locator(".scenario .who").first).to_contain_text("Age 58, Sex on record: Male")


def test_two_browsers_at_once_are_two_people(visit):
    ann, bob = visit(), visit(width=390, locale="es-US")
    before = typical(ann)
    assert typical(bob) == before
    ann.get_by_role("radio", name="Yes").check()
    bob.get_by_role("textbox", name="Edad").fill("63")
    for page in (ann, bob):
        expect(page.locator(".answer-number")).not_to_have_text(before)
    answers = typical(ann), typical(bob)
    assert answers[0] != answers[1]
    for page, answer in zip((ann, bob), answers, strict=True):
        page.reload()
        expect(page.locator(".answer-number")).to_have_text(answer)
    expect(ann.get_by_role("textbox", name="Age")).to_have_value("40")
    expect(bob.get_by_role("radio", name="No", exact=True)).to_be_checked()


def test_a_shared_link_says_nothing_of_the_person_unless_they_choose_so(visit, address: str):
    page = visit()
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Yes").check()
    page.get_by_text("Share", exact=True).click()
    link = page.get_by_role("textbox", name="Link")
    expect(link).to_have_value(f"{address}/")
    page.get_by_role("checkbox", name="Put the facts into the link").check()
    expect(link).to_have_value(re.compile(r"/#age=58&sex=female&bmi=27\.5&children=1&smoker=yes&region=northeast$"))
    expect(page.get_by_text("Anyone who has this link can see the facts.")).to_be_visible()
    answer = typical(page)
    friend = visit(link.input_value().removeprefix(address), width=390)
    expect(friend.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(friend.get_by_role("radio", name="Yes")).to_be_checked()
    expect(friend.locator(".answer-number")).to_have_text(answer)
    assert friend.url == f"{address}/"


def test_a_link_that_was_tampered_with_is_told_like_any_wrong_answer(visit):
    page = visit("/#age=200&sex=<b>&children=x&smoker=1&region=moon", width=390)
    expect(page.get_by_role("textbox", name="Age")).to_have_accessible_description(
        re.compile("Age: enter a whole number from 18")
    )
    expect(page.get_by_text("Sex on record: choose an answer.")).to_be_visible()
    page.get_by_role("textbox", name="Age").fill("30")
    page.get_by_role("textbox", name="Children").fill("2")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_role("combobox", name="Region").select_option(label="Southwest")
    expect(page.get_by_text("These are still the numbers for your last answers.")).to_be_hidden()


def test_an_estimate_prints_on_white_with_its_facts_and_without_its_buttons(visit):
    page = visit(color_scheme="dark")
    page.get_by_label("How likely is a year that costs more?").fill("20000")
    expect(page.locator(".hundred")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("body")).to_have_css("color", "rgb(20, 32, 43)")
    for hidden in ("Save this estimate", "Print", "Español"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    expect(page.get_by_role("textbox", name="Age")).to_be_visible()
    expect(page.get_by_text("Not medical, insurance or legal advice.")).to_be_visible()
    expect(page.locator(".printed")).to_contain_text(f"{datetime.now().astimezone():%B} ")
    expect(page.locator(".printed")).to_contain_text("#age=40&")
    for paper in ("Letter", "A4"):
        margin = dict.fromkeys(("top", "right", "bottom", "left"), "1cm")  # what browsers leave free by themselves
        assert page.pdf(format=paper, margin=margin).count(b"/Type /Page\n") == 1


def test_one_number_one_picture_and_one_action_are_seen_before_anything_is_moved(visit):
    page = visit()
    page.set_viewport_size({"width": 1366, "height": 650})
    for seen in (
        page.locator(".answer-number"),
        page.locator("#answer .plot"),
        page.get_by_role("button", name="Save"),
    ):
        expect(seen).to_be_in_viewport(ratio=0.99)


def test_a_small_screen_keeps_the_answer_in_sight(visit):
    page = visit(width=390)
    peek = page.get_by_role("link", name="See the answer")
    expect(peek).to_be_in_viewport()
    expect(peek).to_contain_text(typical(page))
    expect(peek.locator(".strip")).to_be_in_viewport()
    peek.click()
    expect(page.locator(".answer-number")).to_be_in_viewport()


@pytest.mark.parametrize(("path", "language"), [("/", "es-US"), ("/plans", "en-US"), ("/plans", "es-US")])
def test_the_bottom_of_a_small_screen_says_the_answer_in_one_line(visit, path: str, language: str):
    page = visit(path, width=390, locale=language)
    tall = page.locator(".peek > :not(.peek-picture)").evaluate_all(
        "all => Math.max(...all.map(it => it.offsetHeight))"
    )
    assert tall < 30


def test_a_long_option_is_read_whole_on_a_small_screen(visit):
    region = visit(width=390).get_by_role("combobox", name="Region of the United States")
    short = region.bounding_box()
    region.evaluate("list => list.selectedOptions[0].text = 'boosting_absolute-log by smoking, since 1 January'")
    assert region.bounding_box()["height"] > short["height"]
    assert region.evaluate("list => list.scrollWidth <= list.clientWidth")


def test_no_text_lies_on_other_text_in_the_chart(visit):
    page = visit(width=390)
    boxes = [label.bounding_box() for label in page.locator(".flag span").all()]
    (first, second) = boxes
    assert first["y"] + first["height"] <= second["y"] + 4 or second["y"] + second["height"] <= first["y"] + 4


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/", "/what-if"])
def test_axe_finds_nothing(visit, violations, path, width):
    page = visit(path, width=width)
    page.get_by_text("Work it out from height and weight").click()
    for folded in ("Menu", "Share", "Show these numbers as a table", "Save this estimate"):
        if page.get_by_text(folded, exact=True).is_visible():
            page.get_by_text(folded, exact=True).click()
    if path == "/":
        expect(page.get_by_role("row", name="Smokes now")).to_be_visible()
        expect(page.get_by_text("Saved.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("textbox", name="Age", exact=True).first.fill("200")
    expect(page.get_by_text("Fix the marked answer to update")).to_be_visible()
    assert violations(page) == []

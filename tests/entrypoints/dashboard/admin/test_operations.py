"""Operations, in a browser as those who keep it running look at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("with_models.py"))


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve()


@pytest.fixture
def page(look: Callable[..., Page], address: str) -> Page:
    return look(address, "/operations")


def part(page: Page, name: str):
    return page.get_by_role("table", name="Parts").get_by_role("row", name=re.compile(f"^{name}"))


def test_before_anything_was_predicted_the_page_says_what_comes_here(page: Page):
    expect(page.get_by_text("No predictions yet.")).to_be_visible()
    expect(part(page, "Model server")).to_contain_text(re.compile("works.*version 0"))
    expect(part(page, "Database")).to_contain_text("works")
    expect(part(page, "Champion")).to_contain_text("no version has been promoted yet")


def predicted(page: Page, number: int):
    row = page.get_by_role("table", name="Requests").get_by_role("row", name=re.compile("POST .*predictions"))
    expect(row).to_contain_text(re.compile(rf"/predictions\s*{number}\s*0\s*[\d.]+ ms"))


def test_the_numbers_renew_themselves_and_rest_while_nobody_looks(page: Page, look, address: str, save):
    other: Page = look(address, "/operations")
    for _ in range(3):
        save(address)
    predicted(page, 3)
    expect(page.locator("#requests dd").filter(has_text="by version 0: 3")).to_be_visible()
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    # once the server acknowledges this, it has handled all that the page sent before
    page.evaluate("window.socket.emitWithAck('ack', {client_id: ''})")
    for number in (4, 5):  # between two looks of the other page, this one would have looked as well
        save(address)
        predicted(other, number)
    predicted(page, 3)
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    predicted(page, 5)


def test_where_the_real_cost_is_known_the_answers_are_held_against_it(look, serve, save):
    address = serve()
    for usd in (1.0, 1e9):
        response = httpx.put(f"{address}/api/v1/predictions/{save(address)}/outcome", json={"charges": usd})
        assert response.status_code < 300, response.text
    page: Page = look(address, "/operations")
    expect(page.get_by_text("Of the newest 2 predictions, the real cost is known for 2.")).to_be_visible()
    expect(page.locator("#outcomes dl > div").filter(has_text="Costs within the range")).to_contain_text("0 of 2")


def test_a_shift_of_those_who_ask_is_seen_without_reload(look, violations, serve):
    address = serve(WITH_MODELS)
    page: Page = look(address, "/operations", width=390)
    expect(page.locator("#drift")).to_contain_text("No predictions yet.")
    facts = {"sex": "female", "bmi": 27.5, "children": 1, "smoker": "yes", "region": "northeast"}
    people = [{**facts, "age": 18 + number % 47} for number in range(200)]
    assert httpx.post(f"{address}/api/v1/predictions/batch", json=people).is_success
    expect(page.locator("#drift")).to_contain_text("The newest 200 predictions, compared with the", timeout=40_000)
    expect(page.locator("#drift .warn")).to_contain_text("Smokes now")
    expect(page.get_by_role("heading", name="Age no change")).to_be_visible()
    expect(page.get_by_role("img", name="No: 0% here")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_only_an_admin_sees_operations(locked: str):
    assert httpx.get(f"{locked}/operations").headers["location"].startswith("/sign-in?next=%2Foperations")


@pytest.mark.parametrize(("width", "locale"), [(390, "es-MX"), (1440, "en-US")])
def test_axe_finds_nothing_in_operations(look, violations, address: str, width: int, locale: str):
    page: Page = look(address, "/operations", width=width, locale=locale)
    expect(page.locator("#parts tbody tr")).to_have_count(4)
    assert violations(page) == []


def test_operations_never_scroll_sideways(page: Page):
    for width in (320, 390, 600, 768, 992, 1200, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width

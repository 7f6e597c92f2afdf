"""Operations over time, in a browser: spans, the file, an alarm that is acknowledged."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WITH_HISTORY = str(Path(__file__).with_name("with_history.py"))


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve(WITH_HISTORY)


def test_spans_are_reached_by_keyboard_and_each_has_its_figures(look: Callable[..., Page], address: str):
    page = look(address, "/operations")
    expect(page.get_by_role("img", name="Requests. Answered")).to_be_visible()
    expect(page.get_by_role("link", name="24 hours")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="24 hours").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    numbers = page.get_by_role("img", name="Requests. Answered").locator("xpath=..").locator("details")
    numbers.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(numbers.get_by_role("row")).to_have_count(31)
    expect(page.locator("#events")).to_contain_text("restarted")
    expect(page.locator("#keys")).to_contain_text("claims department")


def test_the_figures_that_are_shown_are_downloaded(look: Callable[..., Page], address: str, tmp_path: Path):
    page = look(address, "/operations?span=week")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these figures").click()
    assert download.value.suggested_filename == "operations-week.csv"
    download.value.save_as(tmp_path / "week.csv")
    with (tmp_path / "week.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 28
    assert all(float(line["p95_low"]) <= float(line["p95_seconds"]) for line in lines if line["p95_seconds"])


def test_a_span_that_does_not_exist_is_refused(address: str):
    answer = httpx.get(f"{address}/operations/figures?span=year")
    assert (answer.status_code, answer.text) == (400, "There is no span 'year': choose one of day, week, month.\n")


def test_the_file_is_the_admins(locked: str):
    assert httpx.get(f"{locked}/operations/figures").headers["location"].startswith("/sign-in?next=")


def test_an_alarm_is_acknowledged_by_keyboard_and_others_see_by_whom(look: Callable[..., Page], serve):
    address = serve(WITH_HISTORY)
    page = look(address, "/operations")
    alarms = page.locator("#alarms")
    expect(alarms).to_contain_text("Predictions take long.")
    expect(alarms).to_contain_text("Nobody has seen this yet.")
    alarms.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(alarms).to_contain_text("Seen by loopback")
    expect(alarms.get_by_role("button")).to_have_count(0)
    expect(alarms).to_be_focused()
    other = look(address, "/operations")
    expect(other.locator("#alarms")).to_contain_text("Seen by loopback")
    changes = other.locator("#audit")
    expect(changes).to_contain_text("Alarm acknowledged")
    expect(changes).to_contain_text("Webhook made")
    expect(changes).to_contain_text("Not done: the database does not answer")


@pytest.mark.parametrize(("width", "locale"), [(390, "es-MX"), (1440, "en-US")])
def test_axe_finds_nothing_in_a_month(look, violations, address: str, width: int, locale: str):
    page: Page = look(address, "/operations?span=month", width=width, locale=locale)
    expect(page.locator(".over-time svg")).to_have_count(6)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width

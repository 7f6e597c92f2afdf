"""A connection that is cut, or a web process that is gone for a while: nothing that was done is lost."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.web_process import WebProcesses

pytestmark = pytest.mark.browser


@contextmanager
def served(listener: socket.socket, home: Path) -> Iterator[str]:
    """The web process, as `medcost up --profile memory` starts it."""
    processes = WebProcesses()
    try:
        yield processes.start(home, settings={}, listener=listener).answering()
    finally:
        processes.end()


def cut(page: Page) -> None:
    """Cut the connection, as a tunnel does, and wait until the browser has made another."""
    page.evaluate("window.socket.io.engine.close()")
    page.wait_for_function("window.socket.connected")


def lose(page: Page) -> None:
    """Lose the connection, as in a tunnel, for as long as one likes."""
    page.evaluate("() => { const line = window.socket.io; line.reconnection(false); line.engine.close(); }")
    page.wait_for_function("!window.socket.connected")


def find_again(page: Page) -> None:
    """Come out of the tunnel. By socket.io's own way back: a bare `socket.connect()` asks for the page's first word
    again, and NiceGUI, which has forgotten it by then, loads the page anew.
    """
    page.evaluate(
        """() => {
            const line = window.socket.io;
            line.reconnection(true);
            line.skipReconnect = false; // it stays true otherwise
            line.reconnect();
        }"""
    )


def typical(page: Page) -> str:
    return page.locator(".answer-number").inner_text()


def test_a_lost_connection_comes_back_to_the_same_form(visit):
    page = visit()
    age = page.get_by_role("textbox", name="Age")
    age.fill("58")
    expect(page.get_by_role("slider", name="Age")).to_have_value("58")
    cut(page)
    expect(age).to_have_value("58")
    before = typical(page)
    age.fill("19")
    expect(page.locator(".answer-number")).not_to_have_text(before)


def test_what_is_typed_while_the_connection_is_cut_is_kept_and_answered_later(visit):
    page = visit(width=390)
    before = typical(page)
    lose(page)
    page.get_by_role("textbox", name="Age").fill("58")
    page.get_by_role("radio", name="Yes").check()
    assert typical(page) == before
    find_again(page)
    expect(page.locator(".answer-number")).not_to_have_text(before)
    expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()


def test_while_the_connection_is_cut_the_old_number_says_that_it_is_old(visit):
    page = visit(width=390)
    old = page.locator("#answer .label .old")
    expect(old).to_be_hidden()
    lose(page)
    expect(old).to_be_visible()
    sentence = page.get_by_role("status").filter(has_text="These numbers may be old.")
    expect(sentence).to_be_visible()
    page.locator("#alike").scroll_into_view_if_needed()
    expect(sentence).to_be_in_viewport()
    expect(page.get_by_text("Trying to reconnect")).to_be_hidden()
    find_again(page)
    expect(old).to_be_hidden()


def test_what_is_compared_while_the_connection_is_cut_is_answered_later(visit):
    page = visit("/what-if")
    third = page.get_by_role("group", name="Someone else, 3")
    lose(page)
    page.get_by_role("textbox", name="Age", exact=True).first.fill("58")
    third.get_by_role("combobox", name="Compare with").select_option(label="Region of the United States")
    third.get_by_role("combobox", name="Region").select_option(label="Southwest")
    page.get_by_role("combobox", name="Show cost by").select_option(label="BMI")
    find_again(page)
    expect(page.locator(".scenario .who").first).to_contain_text("Age 58, Sex on record: Female")
    expect(page.get_by_role("img")).to_have_accessible_name(re.compile("by BMI"))
    cut(page)
    expect(page.get_by_role("textbox", name="Age", exact=True).first).to_have_value("58")
    expect(third.get_by_role("combobox", name="Region")).to_have_value("southwest")
    expect(page.get_by_role("combobox", name="Show cost by")).to_have_value("bmi")
    page.get_by_role("textbox", name="Age", exact=True).first.fill("33")
    expect(page.locator(".scenario .who").first).to_contain_text("Age 33, Sex on record: Female")


def test_a_file_and_what_came_of_it_outlast_a_cut_connection(look, address):
    page: Page = look(address, "/batch")
    people = "age,sex,bmi,children,smoker,region,name\n" + "40,female,27.5,1,no,northeast,ann\n" * 20_000
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "", "buffer": people.encode()})
    expect(page.get_by_text("a.csv: 20,000 rows")).to_be_visible()
    page.get_by_label("Smokes now").select_option("name")
    cut(page)
    expect(page.get_by_text("a.csv: 20,000 rows")).to_be_visible()
    expect(page.get_by_label("Smokes now")).to_have_value("name")
    page.get_by_label("Smokes now").select_option("smoker")
    lose(page)
    page.get_by_role("button", name="Calculate the costs").click()
    find_again(page)
    page.wait_for_function("window.socket.connected")
    cut(page)
    expect(page.get_by_role("heading", name="The costs")).to_be_visible()
    cut(page)
    expect(page.locator("#scored tbody tr").first).to_be_visible()


def test_units_change_at_once_however_far_the_server_is(visit):
    page = visit()
    page.get_by_text("Work it out from height and weight").click()
    lose(page)
    page.get_by_role("group", name="Units").get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    for measure in ("171,5", "98,5"):
        page.keyboard.press("Tab")
        page.keyboard.type(measure)
    expect(page.get_by_role("textbox", name="Weight")).to_have_value("98,5")
    find_again(page)
    expect(page.get_by_role("textbox", name="Body mass index")).to_have_value("33.5")


def test_another_fact_is_asked_for_at_once_however_far_the_server_is(visit):
    page = visit("/what-if")
    third = page.get_by_role("group", name="Someone else, 3")
    lose(page)
    third.get_by_role("combobox").select_option(label="Age")
    third.get_by_role("combobox").press("Tab")
    page.keyboard.type("58")
    expect(third.get_by_role("textbox")).to_have_value("58")
    before = third.locator(".fact-number").inner_text()
    find_again(page)
    expect(third.locator(".fact-number")).not_to_have_text(before)


def test_the_form_outlives_the_web_process(browser: Browser, tmp_path: Path):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with served(listener, tmp_path) as url:
            page.goto(url)
            says = page.locator("#answer .says")
            expect(says).to_contain_text("In a typical year")
            first = says.inner_text()
            page.get_by_role("textbox", name="Age").fill("58")
            expect(says).not_to_have_text(first)
            before = says.inner_text()
        page.get_by_role("radio", name="Yes").check()
        page.get_by_role("textbox", name="Body mass index").fill("33,5")
        with served(listener, tmp_path):
            # the page comes anew, with the first answer, and then with that of the facts that the tab has kept
            expect(says).not_to_have_text(before)
            expect(says).not_to_have_text(first)
            expect(says).to_contain_text("In a typical year")
            expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
            expect(page.get_by_role("textbox", name="Body mass index")).to_have_value("33,5")
            expect(page.get_by_role("radio", name="Yes")).to_be_checked()
            page.get_by_role("button", name="Save this estimate").click()
            page.get_by_role("link", name="See your saved estimates").click()
            newest = page.locator("tbody tr").first
            for value in ("58", "Female", "33.5", "Yes", "Northeast"):
                expect(newest).to_contain_text(value)
    context.close()

"""The pages over the real parts: PostgreSQL, the model server, a change of champion in a child process."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from entrypoints.composition.settings import load
from entrypoints.hosting.running import status_of
from tests.support.waiting import until

pytestmark = pytest.mark.browser

BACK = 90_000
"""Milliseconds within which a part is there again on a busy machine."""
WORD = "correct horse battery"
PEOPLE = "age,sex,bmi,children,smoker,region\n" + "40,female,27.5,1,no,northeast\n" * 3_000


@pytest.fixture(scope="module")
def started(
    trained_up: Callable[..., AbstractContextManager[tuple[Path, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """`medcost up` with two versions and a login."""
    settings = {"MEDCOST_REQUIRE_LOGIN": "true", "MEDCOST_ADMIN_PASSWORD": WORD}
    with trained_up(tmp_path_factory.mktemp("stack"), **settings) as home_and_url:
        yield home_and_url


@pytest.fixture
def stack(started: tuple[Path, str]) -> tuple[Path, str]:
    """The same with all its parts there, whatever an earlier test left."""
    _, url = started
    until(lambda: httpx.get(f"{url}/api/v1/health/ready").is_success, within=BACK / 1000)
    # the password of the settings is saved while the pages answer already
    until(lambda: "current-password" in httpx.get(f"{url}/sign-in").text, within=BACK / 1000)
    return started


def pid(home: Path, part: str) -> int:
    return next(running.pid for running in status_of(load({"home": home})).parts if running.name == part)


@contextmanager
def killed(home: Path, part: str) -> Iterator[None]:
    """Kill -9, with all its processes; only after the block may the supervisor start it again."""
    supervisor = pid(home, "supervisor")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        first = psutil.Process(pid(home, part))
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes[1:], timeout=30)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def alert(page: Page, words: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=words)


def sign_in(page: Page, heading: str) -> None:
    page.get_by_label("Password").fill(WORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    page.wait_for_function("window.socket?.connected")


def test_the_model_server_is_killed_and_comes_back_while_pages_are_open(look, stack):
    home, url = stack
    page, others, batch = look(url), look(url, "/what-if"), look(url, "/batch")
    batch.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "", "buffer": PEOPLE.encode()})
    expect(batch.get_by_text("a.csv: 3,000 rows")).to_be_visible()
    before = page.locator(".answer-number").inner_text()
    with killed(home, "model"):
        batch.get_by_role("button", name="Calculate the costs").click()
        others.get_by_role("textbox", name="Age", exact=True).first.fill("58")
        page.get_by_role("textbox", name="Age").fill("58")
        expect(alert(page, "We could not update the estimate.")).to_be_visible()
        expect(page.get_by_role("button", name="Save this estimate")).to_have_attribute("aria-disabled", "true")
        page.get_by_role("button", name="Try again").press("Enter")
        expect(page.locator("#answer")).to_be_focused()
        page.get_by_role("radio", name="Yes").check()
        expect(alert(others, "We could not update these numbers.")).to_be_visible()
        expect(batch.get_by_text("The model isn't responding.")).to_be_visible()
    expect(alert(page, "We could not update the estimate.")).to_have_count(0, timeout=BACK)
    expect(page.locator(".answer-number")).not_to_have_text(before)
    expect(page.get_by_role("textbox", name="Age")).to_have_value("58")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()
    expect(page.get_by_role("button", name="Save this estimate")).to_have_attribute("aria-disabled", "false")
    expect(others.locator(".scenario .who").first).to_contain_text("Age 58,", timeout=BACK)
    expect(batch.get_by_role("heading", name="The costs")).to_be_visible(timeout=BACK)


def test_pages_that_save_and_list_survive_a_kill_of_the_database(look, stack):
    home, url = stack
    page, past = look(url), look(url, "/sign-in?next=%2Fhistory")
    sign_in(past, "Past estimates")
    page.get_by_role("textbox", name="Age").fill("61")
    with killed(home, "postgres"):
        page.get_by_role("button", name="Save this estimate").click()
        expect(alert(page, "We could not save")).to_be_visible()
        before = page.locator(".answer-number").inner_text()
        page.get_by_role("radio", name="Yes").check()
        expect(page.locator(".answer-number")).not_to_have_text(before)
        past.get_by_role("group", name="Smokes now").get_by_role("radio", name="Yes").check()
        expect(alert(past, "We cannot read the estimates right now.")).to_be_visible()
    expect(past.get_by_text("No estimates match.")).to_be_visible(timeout=BACK)
    expect(alert(past, "We cannot read")).to_have_count(0)
    page.get_by_role("button", name="Save this estimate").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    past.get_by_role("group", name="Smokes now").get_by_role("radio", name="Any").check()
    expect(past.locator("tbody tr")).to_have_count(1)
    expect(past.locator("tbody tr")).to_contain_text("61")


def test_an_admin_promotes_and_rolls_back_what_the_model_server_serves(look, stack):
    _, url = stack
    page = look(url, "/models")
    sign_in(page, "Models")
    page.locator("#versions tbody .open").first.click()
    page.get_by_role("dialog", name="Version 2").get_by_role("button", name="Make it champion …").click()
    dialog = page.get_by_role("dialog", name="Make version 2 champion?")
    dialog.get_by_label("Reason").fill("a trial")
    dialog.get_by_role("button", name="Make it champion").click()
    expect(page.get_by_text("Version 2 is now champion.")).to_be_visible(timeout=BACK)
    expect(page.get_by_role("table", name="History of champions")).to_contain_text(
        re.compile("version 2 promoted.*admin.*a trial")
    )
    serves(url, look, 2)
    page.get_by_role("button", name="Roll back to version 1 …").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Version 1 is now champion.")).to_be_visible(timeout=BACK)
    serves(url, look, 1)


def serves(url: str, look: Callable[..., Page], version: int) -> None:
    """The answers come from a version: those of the API, and those that the page saves."""
    assert httpx.get(f"{url}/api/v1/models/champion").json()["version"] == version
    page = look(url)
    page.get_by_role("button", name="Save this estimate").click()
    page.get_by_role("link", name="See your saved estimates").click()
    page.get_by_role("button", name=re.compile("open")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(rf"version {version}\b", re.IGNORECASE))

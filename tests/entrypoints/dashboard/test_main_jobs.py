"""What Batch and the admin's pages are for, done at each width, in both themes and languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WITH_MODELS = str(Path(__file__).with_name("admin") / "with_models.py")
WORD = "correct horse battery"
PEOPLE = "Edad,Género,IMC,n_hijos,Tabaco,Zona\n40,F,27.5,1,no,NE\n200,M,28,0,sí,SW\n33,M,31.2,2,sí,SW\n"


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], save: Callable[..., str]) -> str:
    """A process with models, estimates and a login."""
    url = serve(WITH_MODELS, MEDCOST_REQUIRE_LOGIN="true", MEDCOST_ADMIN_PASSWORD=WORD)
    for age in (30, 40, 50):
        save(url, age=age, smoker="yes" if age > 30 else "no")
    return url


@pytest.fixture
def admin(look: Callable[..., Page], address: str, way: Any) -> Callable[[str], Page]:
    """`admin("/models")` opens an admin's page and signs in on the way to it."""

    def admin(path: str) -> Page:
        page, words = look(address, path, **vars(way)), way.words
        page.get_by_label(words("sign_in.password")).fill(WORD)
        page.get_by_role("button", name=words("sign_in.do")).click()
        expect(page.get_by_role("heading", level=1, name=words(f"{path[1:]}.title"))).to_be_visible()
        page.wait_for_function("window.socket?.connected")
        return page

    return admin


def test_a_file_of_people_becomes_their_costs(look, address, way):
    page, words = look(address, "/batch", **vars(way)), way.words
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label(words("smoker"))).to_have_value("Tabaco")
    page.get_by_role("button", name=words("batch.start")).press("Enter")
    expect(page.get_by_text(words("batch.left.count", bad="1", rows="3"))).to_be_visible()
    expect(page.locator("#scored")).to_be_focused()
    expect(page.locator("#scored .table-frame tbody tr th")).to_have_text(["1", "3"])
    expect(page.locator("#left tbody tr")).to_contain_text(words("age.range"))
    with page.expect_download() as download:
        page.get_by_role("link", name=words("batch.csv")).click()
    assert download.value.path().read_text().count("\n") == 3


def test_a_past_estimate_is_found_and_given_its_real_cost(admin, way):
    page, words = admin("/history"), way.words
    page.get_by_role("group", name=words("smoker")).get_by_role("radio", name=words("smoker.yes")).check()
    expect(page.locator("tbody tr")).to_have_count(2)
    header = page.get_by_role("columnheader", name=words("age"))
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(page.locator("tbody tr").first).to_contain_text("50")
    page.locator("tbody .open").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words("history.outcome")).fill("12,300")
    dialog.get_by_role("button", name=words("history.outcome.save")).click()
    expect(dialog.get_by_role("status")).to_have_text(words("history.outcome.saved"))
    dialog.get_by_role("button", name=words("history.close")).click()
    expect(dialog).to_be_hidden()
    expect(page.locator("tbody .open").first).to_be_focused()


def test_a_version_is_promoted_and_rolled_back(admin, way):
    page, words = admin("/models"), way.words
    page.locator("#versions tbody .open").nth(1).click()
    page.get_by_role("dialog").get_by_role("button", name=words("models.promote")).click()
    dialog = page.get_by_role("dialog", name=words("models.promote.title", version=2))
    dialog.get_by_label(words("models.reason")).fill("better on smokers")
    dialog.get_by_role("button", name=words("models.promote.yes")).click()
    expect(page.get_by_text(words("models.done", version=2))).to_be_visible()
    newest = page.get_by_role("table", name=words("models.ledger")).locator("tbody tr").first
    expect(newest).to_contain_text(words("models.entry.promotion", version=2))
    page.get_by_role("button", name=words("models.back", version=1)).click()
    page.get_by_role("dialog").get_by_role("button", name=words("models.back.yes")).click()
    expect(page.get_by_text(words("models.done", version=1))).to_be_visible()
    expect(newest).to_contain_text(words("models.entry.rollback", version=1))


def test_what_runs_and_what_was_asked_is_seen_live(admin, way, address, save):
    page, words = admin("/operations"), way.words
    parts = page.get_by_role("table", name=words("operations.parts"))
    for part in ("operations.api", "operations.server", "operations.database"):
        expect(parts.get_by_role("row", name=re.compile(f"^{words(part)}"))).to_contain_text(words("operations.up"))
    before = page.locator("#requests").inner_text()
    save(address)
    expect(page.locator("#requests")).not_to_have_text(before, use_inner_text=True)
    page.get_by_role("button", name=words("sign_in.out")).click()
    page.wait_for_url(f"{address}/")

"""What each page is for, done at each width, in both themes and languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.locale.speech import Words
from tests.support.browser import Theme
from tests.support.default_schema import DEFAULT

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("admin") / "with_models.py")
WORD = "correct horse battery"
PEOPLE = "Edad,Género,IMC,n_hijos,Tabaco,Zona\n40,F,27.5,1,no,NE\n200,M,28,0,sí,SW\n33,M,31.2,2,sí,SW\n"


@pytest.fixture(scope="module")
def with_models(serve: Callable[..., str], save: Callable[..., str]) -> str:
    """A process with models, estimates and a login."""
    url = serve(WITH_MODELS, MEDCOST_REQUIRE_LOGIN="true", MEDCOST_ADMIN_PASSWORD=WORD)
    for age in (30, 40, 50):
        save(url, age=age, smoker="yes" if age > 30 else "no")
    return url


def signed_in(page: Page, words: Words) -> None:
    page.get_by_label(words("sign_in.password")).fill(WORD)
    page.get_by_role("button", name=words("sign_in.do")).click()
    expect(page.get_by_label(words("sign_in.password"))).to_be_hidden()
    page.wait_for_function("window.socket?.connected")


def typical(page: Page) -> str:
    return page.locator(".answer-number").inner_text()


# for each theme another person, so that the second one changes every answer of the first
PERSON = {
    "light": Beneficiary.of(
        DEFAULT, {"age": 52, "sex": "male", "bmi": 33.5, "children": 3, "smoker": True, "region": "southwest"}
    ),
    "dark": Beneficiary.of(
        DEFAULT, {"age": 21, "sex": "female", "bmi": 22.0, "children": 0, "smoker": False, "region": "southeast"}
    ),
}
MEASURES = {"light": ("171,5", "98,5"), "dark": ("165", "60")}


def label(words: Words, fact: str) -> str:
    return words.label(words.schema.by_name[fact])


def value_in_words(words: Words, person: Beneficiary, fact: str) -> str:
    return words.value(words.schema.by_name[fact], person[fact])


def test_a_person_fills_in_the_form_reads_the_answer_and_saves_it(in_every_way, address: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        person, (height, weight) = PERSON[theme], MEASURES[theme]
        before = typical(page)
        page.get_by_role("textbox", name=label(words, "age")).fill(str(person["age"]))
        page.get_by_role("radio", name=value_in_words(words, person, "sex"), exact=True).check()
        if page.get_by_role("radio", name=words("bmi.metric")).is_hidden():
            page.get_by_text(words("bmi.how")).click()
        page.get_by_role("radio", name=words("bmi.metric")).check()
        page.get_by_role("textbox", name=words("bmi.centimetres")).fill(height)
        page.get_by_role("textbox", name=words("bmi.kilograms")).fill(weight)
        expect(page.get_by_role("textbox", name=label(words, "bmi"))).to_have_value(f"{person['bmi']:g}")
        page.get_by_role("textbox", name=label(words, "children")).fill(str(person["children"]))
        smokes = page.get_by_role("group", name=label(words, "smoker"))
        smokes.get_by_role("radio", name=value_in_words(words, person, "smoker"), exact=True).check()
        region = page.get_by_role("combobox", name=label(words, "region"))
        region.select_option(label=value_in_words(words, person, "region"))
        expect(page.locator(".answer-number")).not_to_have_text(before)
        sign = "+$" if person["smoker"] else "\N{MINUS SIGN}$"
        expect(page.get_by_role("row", name=words.named("smoker"))).to_contain_text(sign)
        page.get_by_role("button", name=words("save")).click()
        expect(page.get_by_text(words("saved"))).to_be_visible()
        expect(page.get_by_role("link", name=words("saved.list"))).to_have_attribute("href", "/history")

    in_every_way(job, address, "/")


def test_a_person_compares_plans(in_every_way, address: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        first = page.get_by_role("group").filter(has=page.get_by_text(words("plans.change"))).first
        premium = 100 if theme == "light" else 9000
        if first.get_by_role("textbox").first.is_hidden():
            first.get_by_text(words("plans.change")).click()
        first.get_by_role("textbox", name=words("plans.premium"), exact=True).fill(str(premium))
        # not only another number: fields that the browser remembers come back one by one while a page opens
        expect(first.get_by_role("definition").first).to_have_text(words.money(premium))
        cost_of_one = first.locator(".fact-number").inner_text()
        page.get_by_role("button", name=words("plans.join")).click()
        expect(page.get_by_text(words("plans.joined", count=2))).to_be_visible()
        expect(first.locator(".fact-number")).not_to_have_text(cost_of_one)
        page.locator("#household").get_by_role("button", name=re.compile(f"^{words('plans.leave')} ")).click()
        expect(first.locator(".fact-number")).to_have_text(cost_of_one)

    in_every_way(job, address, "/plans")


def test_a_person_compares_themselves_with_others(in_every_way, address: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        smoker = theme == "light"
        facts = page.get_by_role("group", name=label(words, "smoker")).first
        facts.get_by_role("radio", name=words("fact.yes" if smoker else "fact.no"), exact=True).check()
        first = page.get_by_role("group", name=words("what_if.other", number=1))
        expect(first.locator(".who")).to_have_text(
            f"{label(words, 'smoker')}: {words('fact.no' if smoker else 'fact.yes')}"
        )
        gap, difference = (".gap.down", "what_if.less") if smoker else (".gap.up", "what_if.more")
        expect(first.locator(gap)).to_contain_text(words(difference, amount="").strip())
        second = page.get_by_role("group", name=words("what_if.other", number=2))
        second.get_by_role("combobox").select_option(label=label(words, "age"))
        before = second.locator(".fact-number").inner_text()
        second.get_by_role("textbox").fill("21" if smoker else "60")
        expect(second.locator(".fact-number")).not_to_have_text(before)
        curve = "bmi" if smoker else "age"
        page.get_by_role("combobox", name=words("curve.choose")).select_option(label=words.named(curve))
        named = re.compile(re.escape(words.named(curve)), re.IGNORECASE)
        expect(page.get_by_role("img")).to_have_accessible_name(named)
        if page.locator("#curve tbody tr").first.is_hidden():
            page.get_by_text(words("curve.table")).click()
        own = page.get_by_role("row", name=re.compile(r"^27\.5 " if smoker else "^40 "))
        expect(own).to_contain_text(page.locator("#answer .fact-number").first.inner_text())

    in_every_way(job, address, "/what-if")


def test_a_file_of_people_becomes_their_costs(in_every_way, address: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        page.locator("input[type=file]").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
        )
        expect(page.get_by_label(label(words, "smoker"))).to_have_value("Tabaco")
        page.get_by_role("button", name=words("batch.start")).press("Enter")
        expect(page.get_by_text(words("batch.left.count", count=1, rows="3"))).to_be_visible()
        expect(page.locator("#scored")).to_be_focused()
        expect(page.locator("#scored .table-frame tbody tr th")).to_have_text(["2", "4"])
        expect(page.locator("#left tbody tr")).to_contain_text(f"{label(words, 'age')}: ")
        with page.expect_download() as download:
            page.get_by_role("link", name=words("batch.csv")).click()
        assert download.value.path().read_text().count("\n") == 4
        page.get_by_role("button", name=words("batch.other")).click()

    in_every_way(job, address, "/batch")


def test_a_past_estimate_is_found_and_given_its_real_cost(in_every_way, with_models: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        smokers = page.get_by_role("group", name=label(words, "smoker")).get_by_role("radio", name=words("fact.yes"))
        smokers.check()
        expect(page.locator("tbody tr:not(.rest)")).to_have_count(2)
        header = page.get_by_role("columnheader", name=label(words, "age"))
        header.get_by_role("button").click()
        order, age = ("descending", "50") if theme == "light" else ("ascending", "40")
        expect(header).to_have_attribute("aria-sort", order)
        expect(page.locator("tbody tr").first).to_contain_text(age)
        page.locator("tbody .open").first.click()
        dialog = page.locator("dialog[open]")
        dialog.get_by_label(words("history.outcome")).fill("12,300")
        dialog.get_by_role("button", name=words("history.outcome.save")).click()
        expect(dialog.get_by_role("status")).to_have_text(words("history.outcome.saved", amount="$12,300.00"))
        dialog.get_by_role("button", name=words("history.close")).click()
        expect(dialog).to_be_hidden()
        expect(page.locator("tbody .open").first).to_be_focused()

    def arrive(page: Page, words: Words) -> None:
        page.get_by_role("link", name=words("history.sign_in")).click()
        signed_in(page, words)

    in_every_way(job, with_models, "/history", arrive=arrive)


def test_a_version_is_promoted_and_rolled_back(in_every_way, with_models: str):
    def job(page: Page, words: Words, theme: Theme) -> None:
        page.locator("#versions tbody .open").nth(1).click()
        page.locator("dialog[open]").get_by_role("button", name=words("models.promote")).click()
        dialog = page.locator("#change")
        expect(dialog).to_have_accessible_name(words("models.promote.title", version=2))
        dialog.get_by_label(words("models.reason")).fill("better on smokers")
        dialog.get_by_role("button", name=words("models.promote.yes")).click()
        expect(page.locator(".saved").filter(has_text=words("models.done", version=2))).to_be_visible()
        newest = page.get_by_role("table", name=words("models.ledger")).locator("tbody tr").first
        expect(newest).to_contain_text(words("models.entry.promotion", version=2))
        page.get_by_role("button", name=words("models.back", version=1)).click()
        dialog.get_by_role("button", name=words("models.back.yes")).click()
        expect(page.locator(".saved").filter(has_text=words("models.done", version=1))).to_be_visible()
        expect(newest).to_contain_text(words("models.entry.rollback", version=1))

    in_every_way(job, with_models, "/models", arrive=signed_in)


def test_what_runs_and_what_was_asked_is_seen_live(in_every_way, with_models: str, save):
    def job(page: Page, words: Words, theme: Theme) -> None:
        parts = page.get_by_role("table", name=words("operations.parts"))
        for part in ("operations.api", "operations.server", "operations.database"):
            row = parts.get_by_role("row", name=re.compile(f"^{words(part)}"))
            expect(row).to_contain_text(words("operations.up"))
        before = page.locator("#requests").inner_text()
        save(with_models)
        expect(page.locator("#requests")).not_to_have_text(before, use_inner_text=True)

    def signed_out(page: Page, words: Words) -> None:
        page.get_by_role("button", name=words("sign_in.out")).click()
        page.wait_for_url(f"{with_models}/")

    in_every_way(job, with_models, "/operations", arrive=signed_in, leave=signed_out)

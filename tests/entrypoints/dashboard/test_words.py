from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.costs.prediction import Caution
from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.locale.catalogues import LOCALES
from entrypoints.dashboard.locale.language import chosen
from entrypoints.dashboard.locale.speech import Words
from tests.support.default_schema import DEFAULT
from tests.support.words import INSURANCE, words_in

BROKEN = [{}, dict.fromkeys(("age", "sex", "bmi", "children", "smoker", "region"))] + [
    {"age": age, "sex": "x", "bmi": bmi, "children": children, "smoker": "maybe", "region": "moon"}
    for age, bmi, children in ((7, 99, 99), (40.5, "fat", 1.5), (200, float("nan"), -1))
]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("facts", BROKEN, ids=range(len(BROKEN)))
def test_every_broken_rule_becomes_a_sentence_of_the_language(language: str, facts: dict[str, object]):
    with pytest.raises(InvalidBeneficiary) as broken:
        Beneficiary.of(DEFAULT, facts)
    for error in broken.value.errors:
        sentence = words_in(language).error(error)
        assert re.fullmatch(r"[A-ZÁÉÍÓÚÑ].*\.", sentence), error
        assert error.detail not in sentence


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (40.0, "40"),
        (27.5, "27.5"),
        (21.10677528, "21.11"),
        (6055.831055, "6,056"),
        (28065.8, "28,066"),
        (0.125, "0.125"),
    ],
)
def test_a_number_is_written_to_four_digits_and_its_whole_part_in_full(words: Words, number: float, written: str):
    assert words.number(number) == written


def test_a_warning_that_is_not_known_yet_is_shown_as_it_came(words: Words):
    assert words.caution(Caution("brand_new", "", "Something else.")) == "Something else."


def test_a_rule_that_is_not_known_yet_still_names_its_field(words: Words):
    assert words.error(FieldError("smoker", "new", "must be known")) == "Smokes now: this answer cannot be used."


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "en;q=0.5, es;q=0.6", "es"),
        (None, "fr, de;q=0.9, es;q=0.1", "es"),
        (None, "es;q=0, en;q=0.1", "en"),
        (None, "es;q=nonsense, *", "en"),
        ("en", "es", "en"),
        ("es", "en", "es"),
        ("klingon", "es", "es"),
    ],
)
def test_the_switch_wins_over_the_browser_and_the_browser_over_english(cookie, accepted, language):
    assert chosen({"language": cookie} if cookie else {}, accepted) == language


def test_money_is_rounded_to_ten_dollars(words: Words):
    assert [words.money(amount) for amount in (0, 4.99, 6523.4, 18_386, 1_234_567)] == [
        "$0", "$0", "$6,520", "$18,390", "$1,234,570",
    ]  # fmt: skip


def test_a_difference_that_rounds_to_nothing_has_no_sign(words: Words):
    assert [words.signed(usd) for usd in (0.4, -0.4, 1.0, -1.0)] == ["$0", "$0", "+$1", "\N{MINUS SIGN}$1"]


def test_money_and_dates_are_written_as_the_language_does():
    noon = datetime(2026, 1, 3, 12, tzinfo=UTC)
    english, spanish = words_in("en"), words_in("es")
    assert (english.money(8236), english.thousands(2500), english.moment(noon)) == (
        "$8,240", "$2.5K", "Jan 3, 2026, 12:00 UTC",
    )  # fmt: skip
    assert (spanish.money(8236), spanish.thousands(2500), spanish.moment(noon)) == (
        "$8,240", "$2.5\N{NO-BREAK SPACE}K", "3 ene 2026, 12:00 UTC",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "singular", "plural"),
    [("en", "1 person is", "1,200 people are"), ("es", "1 persona", "1,200 personas")],
)
def test_a_count_chooses_the_form_of_a_text_and_is_written_as_the_language_does(
    language: str, singular: str, plural: str
):
    words = words_in(language)
    assert singular in words("plans.joined", count=1)
    assert plural in words("plans.joined", count=1200)


def test_letters_of_a_currency_stand_apart_from_its_digits():
    pesos = replace(INSURANCE, cost=replace(INSURANCE.cost, currency="MXN"))
    assert words_in("es", pesos).money(1234) == "MXN\N{NO-BREAK SPACE}1,230"
    assert words_in("en", pesos).money(1234) == "MX$1,230"

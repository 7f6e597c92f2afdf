from __future__ import annotations

import re
from datetime import UTC, datetime
from string import Formatter

import pytest

from domain.costs.prediction import Caution
from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.locale import catalogues
from entrypoints.dashboard.locale.catalogues import CATALOGUES
from entrypoints.dashboard.locale.language import chosen
from entrypoints.dashboard.locale.speech import Words
from tests.support.default_schema import DEFAULT
from tests.support.words import words_in

ENGLISH, SPANISH = CATALOGUES["en"], CATALOGUES["es"]
SAME_IN_BOTH = {"operations.ms", "fact.no", "bmi.metric", "currency.EUR"} | {
    f"bmi.{measure}.unit" for measure in ("feet", "inches", "pounds", "centimetres", "kilograms")
}
ENGLISH_WORDS = re.compile(  # not "a" and not "no", which are Spanish as well
    r"\b(the|of|and|to|is|are|this|that|with|for|from|year|cost|person|people|please|you|your|not|we|it|age|data|smoker"
    r"|children|region|when|what|how|which|than|more|less|each|all|our|by|at|on|an|be|was|try|again|save|show)\b"
)

BROKEN = [{}, dict.fromkeys(("age", "sex", "bmi", "children", "smoker", "region"))] + [
    {"age": age, "sex": "x", "bmi": bmi, "children": children, "smoker": "maybe", "region": "moon"}
    for age, bmi, children in ((7, 99, 99), (40.5, "fat", 1.5), (200, float("nan"), -1))
]


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("facts", BROKEN, ids=range(len(BROKEN)))
def test_every_broken_rule_becomes_a_sentence_of_the_language(language: str, facts: dict[str, object]):
    with pytest.raises(InvalidBeneficiary) as broken:
        Beneficiary.of(DEFAULT, facts)
    for error in broken.value.errors:
        said = words_in(language).error(error)
        assert re.fullmatch(r"[A-ZÁÉÍÓÚÑ].*\.", said), error
        assert error.detail not in said


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


def test_both_languages_say_everything():
    assert SPANISH.keys() == ENGLISH.keys()


def test_no_page_takes_a_key_of_another():
    for pages in (catalogues._ENGLISH, catalogues._SPANISH):
        keys = [key for page in pages for key in page.TEXTS]
        assert len(keys) == len(set(keys))


def test_both_languages_leave_the_same_gaps():
    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    assert not [key for key in ENGLISH if gaps(ENGLISH[key]) != gaps(SPANISH[key])]


def test_no_english_is_left_in_the_spanish():
    said = {key: re.sub(r"{\w+}", "", text).lower() for key, text in SPANISH.items()}
    assert {key for key in SPANISH if ENGLISH[key] == SPANISH[key] and re.search("[a-z]{2}", said[key])} <= SAME_IN_BOTH
    assert not {key for key in SPANISH if ENGLISH_WORDS.search(said[key])}


def test_no_text_is_empty_or_carries_html():
    assert all(text.strip() and "<" not in text for catalogue in CATALOGUES.values() for text in catalogue.values())


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


def test_money_and_dates_are_written_as_the_language_does():
    noon = datetime(2026, 1, 3, 12, tzinfo=UTC)
    english, spanish = words_in("en"), words_in("es")
    assert (english.money(8236), english.thousands(2500), english.moment(noon)) == (
        "$8,240", "$2.5k", "Jan 3, 2026, 12:00 UTC",
    )  # fmt: skip
    assert (spanish.money(8236), spanish.thousands(2500), spanish.moment(noon)) == (
        "$8,240", "$2.5 mil", "3 ene 2026, 12:00 UTC",
    )  # fmt: skip

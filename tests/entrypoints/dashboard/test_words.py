from __future__ import annotations

import re

import pytest

from domain.beneficiary import Beneficiary
from domain.errors import FieldError, InvalidBeneficiary
from domain.prediction import Caution
from entrypoints.dashboard.kit.words import CATALOGUES, ENGLISH, Words

BROKEN = [{}, dict.fromkeys(("age", "sex", "bmi", "children", "smoker", "region"))] + [
    {"age": age, "sex": "x", "bmi": bmi, "children": 99, "smoker": "maybe", "region": "moon"}
    for age, bmi in ((7, 99), (40.5, "fat"), (200, float("nan")))
]


@pytest.mark.parametrize("facts", BROKEN, ids=range(len(BROKEN)))
def test_every_broken_rule_becomes_a_sentence(words: Words, facts: dict[str, object]):
    with pytest.raises(InvalidBeneficiary) as broken:
        Beneficiary.of(facts)
    for error in broken.value.errors:
        assert re.fullmatch(r"[A-Z].*\.", words.error(error)), error


def test_a_warning_that_is_not_known_yet_is_shown_as_it_came(words: Words):
    assert words.caution(Caution("brand_new", "", "Something else.")) == "Something else."


def test_a_rule_that_is_not_known_yet_still_names_its_field(words: Words):
    assert words.error(FieldError("smoker", "new", "must be known")) == "Smokes now must be known."


def test_every_language_says_everything():
    assert all(catalogue.keys() == ENGLISH.keys() for catalogue in CATALOGUES.values())


def test_money_is_rounded_to_ten_dollars(words: Words):
    assert [words.usd(amount) for amount in (0, 4.99, 6523.4, 18_386, 1_234_567)] == [
        "$0", "$0", "$6,520", "$18,390", "$1,234,570",
    ]  # fmt: skip

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from tests.support.default_schema import ANYBODY, DEFAULT, FACTS, REGIONS, SEXES
from tests.support.drawn_people import BENEFICIARIES

FACTS_OF_ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


@given(BENEFICIARIES)
def test_facts_and_numbers_tell_the_same_person(someone: Beneficiary) -> None:
    assert Beneficiary.of(DEFAULT, someone.as_facts()) == someone
    age, sex, bmi, children, smoker, region = someone.as_numbers()
    assert (int(age), SEXES[int(sex)], bmi) == (someone["age"], someone["sex"], someone["bmi"])
    assert (int(children), bool(smoker), REGIONS[int(region)]) == tuple(map(someone.__getitem__, FACTS[3:]))


@given(st.sets(st.sampled_from(FACTS)), st.sets(st.sampled_from(FACTS)))
def test_every_missing_and_every_broken_fact_is_reported_at_once(missing: set[str], broken: set[str]) -> None:
    facts = {**FACTS_OF_ANN, **dict.fromkeys(broken, None)}
    for name in missing:
        del facts[name]
    if not missing | broken:
        return
    with pytest.raises(InvalidBeneficiary) as caught:
        Beneficiary.of(DEFAULT, facts)
    reported = {error.field: error.code for error in caught.value.errors}
    assert set(reported) == missing | broken
    assert all(reported[name] == "missing" for name in missing)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("age", 17, "range"),
        ("age", 101, "range"),
        ("age", "40", "type"),
        ("age", 40.5, "type"),
        ("age", True, "type"),
        ("bmi", 9.99, "range"),
        ("bmi", math.nan, "type"),
        ("bmi", math.inf, "type"),
        ("bmi", "27", "type"),
        ("children", -1, "range"),
        ("children", 16, "range"),
        ("sex", "other", "choice"),
        ("sex", 1, "choice"),
        ("smoker", "perhaps", "type"),
        ("smoker", 1, "type"),
        ("region", "north", "choice"),
        ("hat", "red", "unknown"),
    ],
)
def test_a_broken_fact_is_named_with_its_rule(field: str, value: object, code: str) -> None:
    with pytest.raises(InvalidBeneficiary) as caught:
        Beneficiary.of(DEFAULT, {**FACTS_OF_ANN, field: value})
    assert [(error.field, error.code) for error in caught.value.errors] == [(field, code)]


@given(st.sampled_from(["age", "bmi", "children"]), st.integers(309, 5_000), st.sampled_from([1, -1]))
def test_a_whole_number_that_no_float_can_hold_is_out_of_range(field: str, digits: int, sign: int) -> None:
    with pytest.raises(InvalidBeneficiary) as caught:
        Beneficiary.of(DEFAULT, {**FACTS_OF_ANN, field: sign * 10**digits})
    assert [(error.field, error.code) for error in caught.value.errors] == [(field, "range")]


def test_the_stand_in_for_facts_that_are_not_known_breaks_no_rule() -> None:
    assert tuple(Beneficiary.of(DEFAULT, ANYBODY).as_facts()) == FACTS


@pytest.mark.parametrize("smoker", [True, "yes"])
def test_smoking_is_said_by_a_truth_value_or_by_yes_and_no(smoker: object) -> None:
    assert Beneficiary.of(DEFAULT, {**FACTS_OF_ANN, "smoker": smoker})["smoker"] is True
    assert Beneficiary.of(DEFAULT, {**FACTS_OF_ANN, "smoker": "no"})["smoker"] is False


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (10**25, "must be from 18 to 100 years"),
        (1e25, "must be from 18 to 100 years"),
        (math.inf, "must be a whole number that is not so large"),
        (40.5, "must be a whole number"),
        (math.nan, "must be a whole number"),
    ],
)
def test_a_number_that_is_too_large_is_not_said_to_be_no_whole_number(value: object, detail: str) -> None:
    with pytest.raises(InvalidBeneficiary) as caught:
        Beneficiary.of(DEFAULT, {**FACTS_OF_ANN, "age": value})
    assert [error.detail for error in caught.value.errors] == [detail]


@pytest.mark.parametrize("kind", [Kind.WHOLE, Kind.NUMBER])
def test_a_whole_number_that_no_float_can_hold_is_refused_without_limits_too(kind: Kind) -> None:
    fact = Fact(name="stay", kind=kind, low=0)
    assert fact.read(10**25) == pytest.approx(10**25)
    refused = fact.read(10**400)
    assert isinstance(refused, FieldError)
    assert refused.detail.endswith("number that is not so large")

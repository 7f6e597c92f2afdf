from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.people.claims import ClaimRecord
from tests.support.default_schema import DEFAULT

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


def refusal(charges: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        ClaimRecord.of(DEFAULT, {**ANN, "charges": charges})
    return [(error.field, error.code) for error in caught.value.errors]


@given(st.integers(0, 10**308) | st.floats(0, allow_infinity=False))
def test_any_amount_that_is_not_negative_is_read(charges: float) -> None:
    assert ClaimRecord.of(DEFAULT, {**ANN, "charges": charges}).charges == float(charges)


@given(st.integers(309, 5_000), st.sampled_from([1, -1]))
def test_an_amount_that_no_float_can_hold_is_out_of_range(digits: int, sign: int) -> None:
    assert refusal(sign * 10**digits) == [("charges", "range")]


@pytest.mark.parametrize(("charges", "code"), [(-0.01, "range"), (math.nan, "type"), (math.inf, "type"), ("1", "type")])
def test_a_broken_amount_is_named_with_its_rule(charges: object, code: str) -> None:
    assert refusal(charges) == [("charges", code)]

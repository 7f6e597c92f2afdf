"""Many people at once: they mean what each means alone."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.people import People
from domain.people.schema import CostColumn, Schema
from tests.support.default_schema import DEFAULT
from tests.support.drawn_schemas import right, schemas

MANY = settings(max_examples=50, deadline=None, database=None)
ANN = (40, "female", 27.5, 1, False, "northeast")


def alone(schema: Schema, values: tuple) -> Beneficiary | None:
    try:
        return Beneficiary(schema, values)
    except InvalidBeneficiary:
        return None


@MANY
@given(st.data())
def test_rows_are_read_as_each_alone(data):
    schema = data.draw(schemas())
    any_value = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2)
    row = st.tuples(*(right(fact) | any_value for fact in schema.facts))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    expected = [alone(schema, values) for values in rows]
    people = People.read(schema, rows)
    if None in expected:
        assert people is None
    else:
        assert people is not None
        assert list(people) == expected
        assert [[type(value) for value in who] for who in people.values] == [
            [type(value) for value in who.values] for who in expected if who
        ]


@MANY
@given(st.data())
def test_numbers_are_those_of_each(data):
    schema = data.draw(schemas())
    row = st.tuples(*map(right, schema.facts))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    expected = [number for values in rows for number in Beneficiary(schema, values).as_numbers()]
    people = People.read(schema, rows)
    assert people is not None
    assert [str(number) for number in people.numbers()] == [str(number) for number in expected]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 10**400, 9.9])
def test_no_number_that_breaks_a_rule_is_taken_among_good_ones(bad):
    for place in range(3):
        rows = [ANN] * 3
        rows[place] = (*ANN[:2], bad, *ANN[3:])
        assert People.read(DEFAULT, rows) is None


def test_a_number_without_limits_may_be_as_large_as_there_are():
    schema = Schema(name="any", cost=CostColumn("paid"), facts=(Fact(name="income", kind=Kind.NUMBER),))
    rows = [(1.7e308,), (1.7e308,), (-1.7e308,), (0.0,)]
    people = People.read(schema, rows)
    assert people is not None
    assert people.values == rows
    assert People.read(schema, [*rows, (math.inf,), (-math.inf,)]) is None


def test_people_are_a_sequence_of_beneficiaries():
    bob = (50, "male", 20.0, 0, True, "southwest")
    people = People(DEFAULT, [ANN, bob, ANN])
    assert len(people) == 3
    assert people[-2] == Beneficiary(DEFAULT, bob)
    assert list(people[1:]) == [people[1], people[2]]
    assert People.of(people) is people
    assert People.of(list(people)) == people
    with pytest.raises(IndexError):
        people[3]

"""Schemas: what their digest covers, and people as values of any of them."""

from dataclasses import replace

import pytest

from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, InvalidSchema, Schema, TodaysPrices
from domain.people.terms import groups_of

PLAN = Fact(name="plan", kind=Kind.CHOICE, choices=("bronze", "gold"), may_be_missing=True)
STAY = Fact(name="stay", kind=Kind.WHOLE, low=0, unit="days")
ACTIVE = Fact(name="active", kind=Kind.FLAG, spellings={"yes": ("sporty",)})
SCHEMA = Schema(name="clinic", cost=CostColumn("paid"), facts=(PLAN, STAY, ACTIVE))


def test_a_value_that_is_not_given_is_none_and_nan():
    someone = Beneficiary.of(SCHEMA, {"stay": 3, "active": "Sporty"})
    assert someone.as_facts() == {"plan": None, "stay": 3, "active": True}
    numbers = someone.as_numbers()
    assert numbers[0] != numbers[0]
    assert Beneficiary.of_numbers(SCHEMA, numbers) == someone


def test_only_facts_that_may_be_missing_can_be_left_open():
    with pytest.raises(InvalidBeneficiary) as caught:
        Beneficiary.of(SCHEMA, {"stay": None, "plan": "silver"})
    assert {(error.field, error.code) for error in caught.value.errors} == {
        ("active", "missing"),
        ("stay", "type"),
        ("plan", "choice"),
    }


def test_words_for_people_leave_the_digest_alone_and_meanings_change_it():
    renamed = replace(SCHEMA, facts=(replace(PLAN, label={"en": "Plan of the year"}), STAY, ACTIVE), groups=("plan",))
    assert renamed.digest == SCHEMA.digest
    for fact in (
        replace(PLAN, choices=("gold", "bronze")),
        replace(PLAN, may_be_missing=False),
        replace(PLAN, spellings={"gold": ("au",)}),
    ):
        assert replace(SCHEMA, facts=(fact, STAY, ACTIVE)).digest != SCHEMA.digest
    assert replace(SCHEMA, cost=CostColumn("paid", "EUR")).digest != SCHEMA.digest
    assert replace(SCHEMA, cost=CostColumn("paid", year=2024)).digest == SCHEMA.digest
    today = TodaysPrices(1.12, 2026, {"": "Index"})
    assert replace(SCHEMA, cost=CostColumn("paid", year=2024, today=today)).digest == SCHEMA.digest


def test_columns_that_mean_two_things_are_refused():
    with pytest.raises(InvalidSchema, match="is that of the fact stay, too"):
        replace(SCHEMA, facts=(PLAN, STAY, replace(ACTIVE, aliases=("Stay",))))


def test_more_facts_than_can_be_asked_are_refused():
    many = tuple(replace(STAY, name=f"stay_{i}") for i in range(41))
    with pytest.raises(InvalidSchema, match="at most 40"):
        replace(SCHEMA, facts=many)


def test_limits_and_thresholds_of_millions_keep_their_digits():
    income = Fact(name="income", kind=Kind.NUMBER, low=0, high=2_500_000)
    problem = income.read(9e9)
    assert isinstance(problem, FieldError)
    assert problem.detail == "must be from 0 to 2500000"
    rich, poor = groups_of("income>=1234567", {"income": income})
    assert (rich.name, poor.name) == ("income>=1234567", "income<1234567")

"""Invented people keep the rules of their schema."""

from __future__ import annotations

import math

from adapters.common.invented import invented_people
from domain.people.beneficiary import Beneficiary
from tests.support.schemas import CLINIC

ROWS = 400


def test_invented_people_keep_every_rule_and_have_a_cost() -> None:
    for row, cost in invented_people(CLINIC, ROWS, seed=1):
        assert Beneficiary.of_numbers(CLINIC, row).schema is CLINIC
        assert cost > 0


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    first, again, other = ([repr(people) for people in invented_people(CLINIC, ROWS, seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_each_choice_occurs_and_some_values_that_may_be_missing_are() -> None:
    columns = dict(
        zip(CLINIC.names, zip(*(row for row, _ in invented_people(CLINIC, ROWS, 1)), strict=True), strict=True)
    )
    assert set(columns["ward"]) == {0.0, 1.0, 2.0}
    missing = {name: sum(map(math.isnan, column)) for name, column in columns.items()}
    assert {name for name, count in missing.items() if count} == {"glucose", "diabetic"}
    assert all(count < ROWS / 10 for count in missing.values())

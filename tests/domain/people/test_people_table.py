from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.people.beneficiary import Beneficiary
from domain.people.matching import shared, suggest
from domain.people.meaning import shown
from domain.people.people_table import Line, chosen_reading, person_or_violations
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from domain.people.table_reading import TableReading


def chosen(columns: list[str], **matching: str) -> TableReading:
    return chosen_reading(DEFAULT, columns, matching, lambda _: ())


@pytest.mark.parametrize(
    ("cell", "smokes"), [("1", False), (0, True), (1.0, False), (True, False), ("No", True), ("nonsmoker", False)]
)
def test_a_denying_column_that_a_person_chose_is_read_the_other_way_round(cell: object, smokes: bool):
    assert chosen(["smoker_no"], smoker="smoker_no").value("smoker", {"smoker_no": cell}) is smokes


def test_a_row_of_another_language_is_a_person():
    row = {"Edad": "40.0", "Sexo": "M", "IMC": "27,5", "Hijos": 1, "Fuma": "Sí", "Zona": "Noreste"}
    person = person_or_violations(Line(2, row), chosen(list(row), **suggest(list(row), DEFAULT)))
    assert isinstance(person, Beneficiary)
    facts = {"age": 40, "sex": "male", "bmi": 27.5, "children": 1, "smoker": True, "region": "northeast"}
    assert person.as_facts() == facts


def test_a_bmi_with_many_digits_is_a_number():
    assert chosen(["bmi"], bmi="bmi").value("bmi", {"bmi": "27.118055555555557"}) == pytest.approx(27.118, abs=0.001)
    assert suggest(["age", "gender"], DEFAULT) == {"age": "age", "sex": "gender"}


def test_a_column_that_serves_two_facts_is_told():
    assert shared({"age": "a", "bmi": "b", "children": "a", "smoker": "a"}) == {"children": "age", "smoker": "age"}
    assert shared({"age": "a", "bmi": "b"}) == {}


def test_a_column_without_a_name_never_stands_in_for_a_missing_fact():
    reading = chosen(["(no name)", "age"], age="age")
    assert reading.cell("children", {"(no name)": "7", "age": "44"}) is None
    wrong = person_or_violations(Line(2, {"(no name)": "7", "age": "44"}), reading)
    assert isinstance(wrong, list)
    assert {(violation.column, violation.rule, violation.value) for violation in wrong} >= {("children", "missing", "")}


def test_a_value_is_shown_on_one_short_line():
    assert shown("a\n b") == "a b"
    assert shown("x" * 100) == "x" * 40 + "…"
    assert shown(None) == ""

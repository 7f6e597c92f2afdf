"""Rows of a table as people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import FieldError
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.matching import ColumnMap, match
from domain.people.meaning import FactColumn
from domain.people.schema import CostColumn, Schema
from domain.people.table_reading import RowReader, TableReading

SCHEMA = Schema(
    name="test",
    cost=CostColumn("paid"),
    facts=(
        Fact(name="age", kind=Kind.WHOLE, low=0, high=120),
        Fact(name="sex", kind=Kind.CHOICE, choices=("female", "male"), spellings={"female": ("f",), "male": ("m",)}),
        Fact(name="size", kind=Kind.NUMBER, low=10, high=70, may_be_missing=True),
        Fact(name="smoker", kind=Kind.FLAG, spellings={"no": ("never",)}),
    ),
)
ANN = {"age": 44, "sex": "female", "size": 27.1, "smoker": False}


def reading(columns: list[str], *pairs: tuple[str, str], **cells: list[object]) -> TableReading:
    column_map = ColumnMap.of(pairs, SCHEMA)
    return TableReading.of(SCHEMA, match(columns, SCHEMA, column_map), column_map, lambda column: cells.get(column, ()))


@pytest.mark.parametrize(
    "row",
    [
        {"age": "44", "sex": "Female", "size": "27.1", "smoker": "No"},
        {"age": " 44.0 ", "sex": "F ", "size": "27,1", "smoker": "FALSE"},
        {"age": 44.0, "sex": "f", "size": 27.1, "smoker": 0},
        {"age": "44", "sex": "FEMALE", "size": "27.1", "smoker": "never"},
    ],
)
def test_one_person_in_many_spellings(row: dict[str, object]) -> None:
    person = reading(list(row)).person(row)
    assert isinstance(person, Beneficiary)
    assert person.as_facts() == ANN


def test_what_may_be_missing_is_none_and_all_else_is_reported_at_once() -> None:
    row = {"age": "", "sex": "?", "size": "N/A", "smoker": "sometimes"}
    wrong = reading(list(row)).person(row)
    assert isinstance(wrong, list)
    assert [(error.field, error.code) for error in wrong] == [
        ("age", "missing"),
        ("sex", "missing"),
        ("smoker", "type"),
    ]
    person = reading(["age", "sex", "smoker"]).person({"age": "44", "sex": "f", "smoker": "y"})
    assert isinstance(person, Beneficiary)
    assert person.as_facts()["size"] is None


def test_columns_that_are_not_there_and_columns_that_are_there_twice() -> None:
    table = reading(["AGE", "age ", "sex"])
    assert [(error.field, error.code, error.detail) for error in table.missing] == [
        ("age", "twice", "is there twice: as AGE and as age "),
        ("smoker", "missing", "the column is not there"),
    ]


def test_the_columns_of_a_table_tell_each_other_how_numbers_are_written() -> None:
    table = reading(["age", "sex", "size", "smoker", "paid"], size=["27,1"], paid=["8.211", "41.020"])
    assert table.cost
    assert table.cost.read("$8.211,40") == 8211.4
    assert "can be 8211 or 8.211" in str(table.cost.read("8.211"))


def test_words_that_somebody_has_said() -> None:
    table = reading(["age", "g", "smoker"], ("g", "sex"), ("g:0", "female"), ("smoker:1", "no"))
    person = table.person({"age": 44, "g": 0, "smoker": "1.0"})
    assert isinstance(person, Beneficiary)
    assert (person.as_facts()["sex"], person.as_facts()["smoker"]) == ("female", False)


@pytest.mark.parametrize(
    ("cell", "smokes"), [("1", False), (0, True), (1.0, False), (True, False), ("No", True), ("never", False)]
)
def test_a_turned_column_is_read_the_other_way_round_where_its_cells_say_yes_or_no(cell: object, smokes: bool) -> None:
    assert FactColumn(SCHEMA.by_name["smoker"], "smoker_no", is_turned=True).read(cell) is smokes


def test_json_is_taken_at_its_word() -> None:
    rows = RowReader(SCHEMA, ColumnMap.of([("g", "sex"), ("g:0", "female")], SCHEMA))
    good = {"age": 44.0, "g": "0", "size": None, "smoker": "never", "more": 1}
    person = rows.reading(good).person(good, is_json=True)
    assert isinstance(person, Beneficiary)
    assert person.as_facts() == {**ANN, "size": None}
    bad = {"age": "44", "sex": 0, "size": "27.1", "smoker": 1}
    wrong = rows.reading(bad).person(bad, is_json=True)
    assert isinstance(wrong, list)
    assert [(error.field, error.code) for error in wrong] == [
        ("age", "type"),
        ("sex", "choice"),
        ("size", "type"),
        ("smoker", "type"),
    ]


@pytest.mark.parametrize(
    ("cell", "detail"),
    [
        ("27.1%", "must be a number, without '%'"),
        ("old", "must be a number"),
        ("1,234", "can be 1234 or 1.234: write it without the comma, or name the decimal sign"),
    ],
)
def test_what_is_no_number_of_a_fact_is_told_without_money(cell: str, detail: str) -> None:
    table = reading(["age", "size", "paid"], size=[cell])
    assert table.value("size", {"size": cell}) == FieldError("size", "type", detail)
    whole = detail.replace("a number", "a whole number")
    assert table.value("age", {"age": cell}) == FieldError("age", "type", whole)
    assert table.cost
    assert table.cost.read("27%") == FieldError("paid", "type", "must be a number of USD, without '%'")


def test_a_whole_number_of_many_digits_is_out_of_range_whatever_its_type() -> None:
    table = reading(["age", "size", "paid"])
    for cell in ("1" * 25, float("1" * 25), int("1" * 25), Decimal("1" * 25)):
        answer = table.value("age", {"age": cell})
        assert isinstance(answer, FieldError)
        assert answer.code == "range"


def test_decimal_numbers_of_a_database_are_read_as_numbers() -> None:
    table = reading(["age", "size", "paid"])
    assert table.value("age", {"age": Decimal("44.00")}) == 44
    assert table.value("size", {"size": Decimal("27.100")}) == 27.1
    assert table.value("age", {"age": Decimal("44.5")}) == FieldError("age", "type", "must be a whole number")
    assert table.cost
    assert table.cost.read(Decimal("8211.40")) == 8211.4

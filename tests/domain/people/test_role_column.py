"""What the cells of roles mean: persons, weights, exposures and periods."""

from datetime import UTC, date, datetime

import pytest

from domain.errors import FieldError
from domain.people.role_column import RoleColumn


@pytest.mark.parametrize("cell", [17, 17.0, "17", " 17 ", "17.0"])
def test_a_person_is_the_same_however_a_file_types_the_number(cell):
    assert RoleColumn("person", "member").name(cell) == "17"


@pytest.mark.parametrize("cell", [None, "", float("nan"), "n/a"])
def test_a_row_without_its_person_is_refused(cell):
    assert RoleColumn("person", "member").name(cell) == FieldError(
        "member", "missing", "is missing: each row needs its person"
    )


@pytest.mark.parametrize(
    ("role", "cell", "code", "detail"),
    [
        ("weight", 0, "range", "must be above 0: leave a row out that stands for nobody"),
        ("weight", "-1.5", "range", "must be above 0: leave a row out that stands for nobody"),
        ("weight", "many", "type", "must be a number"),
        ("weight", True, "type", "must be a number"),
        ("exposure", 0.0, "range", "must be above 0 and at most 1: the share of a year that the row covers"),
        ("exposure", "6", "range", "must be above 0 and at most 1: the share of a year that the row covers"),
        ("exposure", None, "missing", "is missing"),
        ("period", "last year", "type", "must be a year such as 2019, or 2019-07, 2019-07-01 or 2019-Q3"),
        ("period", "2019-13", "type", "must be a year such as 2019, or 2019-07, 2019-07-01 or 2019-Q3"),
    ],
)
def test_a_bad_cell_is_refused_with_its_rule(role, cell, code, detail):
    error = RoleColumn(role, "column").read(cell)
    assert isinstance(error, FieldError)
    assert (error.field, error.code) == ("column", code)
    assert error.detail.startswith(detail)


def test_weights_and_exposures_are_numbers():
    assert RoleColumn("weight", "w").read("2.5") == 2.5
    assert RoleColumn("exposure", "e").read(1) == 1.0


def test_periods_of_all_kinds_rise_with_time():
    cells = [
        2018,
        "2019",
        "2019-Q2",
        "2019-07",
        "2019-07-15",
        "2019/07/16",
        date(2019, 8, 1),
        datetime(2019, 9, 1, tzinfo=UTC),
        2020.5,
    ]
    periods = [when for cell in cells if isinstance(when := RoleColumn("period", "year").read(cell), float)]
    assert periods == sorted(periods)
    assert len(set(periods)) == len(cells)

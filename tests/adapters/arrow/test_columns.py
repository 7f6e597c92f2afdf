"""Columns read as a whole say what each cell says by itself."""

from __future__ import annotations

import decimal
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.arrow.columns import Values, read_cost, read_fact
from domain.errors import FieldError
from domain.people.cells import NumberStyle
from domain.people.fact import Fact, Kind
from domain.people.meaning import CostColumnReader, FactColumn

SIZE = Fact(name="size", kind=Kind.NUMBER, low=10, high=70)
COUNT = Fact(name="count", kind=Kind.WHOLE, low=0, high=15, may_be_missing=True)
PLACE = Fact(name="place", kind=Kind.CHOICE, choices=("north", "south"), spellings={"north": ("n", "1")})
FLAG = Fact(name="flag", kind=Kind.FLAG, may_be_missing=True)
FACTS = (SIZE, COUNT, PLACE, FLAG)

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 80),
    st.integers(2**1030, 2**1031),
    st.floats(),
    st.sampled_from(
        ["", " 12 ", "27.1", "27,1", "1,234", "1.234", "12.0", "N/A", "yes", "No", "North", "1", "1.0", "x"]
    ),
    st.text(alphabet="0123456789.,eE+- ", max_size=6),
)


def by_itself(column: FactColumn, cell: object, *, is_json: bool = False) -> float | FieldError:
    value = column.read_json(cell) if is_json else column.read(cell)
    return value if isinstance(value, FieldError) else column.fact.number(value)


def assert_reads_alike(column: FactColumn, values: Values, cells: list[object], *, is_json: bool = False) -> None:
    read = read_fact(column, values, is_json=is_json)
    broken = dict(read.broken)
    for i, cell in enumerate(cells):
        alone = by_itself(column, cell, is_json=is_json)
        if isinstance(alone, FieldError):
            assert broken[i] == alone
            assert math.isnan(read.numbers[i])
        else:
            assert i not in broken
            np.testing.assert_equal(read.numbers[i], alone)


@settings(max_examples=50)
@given(st.lists(CELLS, max_size=8), st.sampled_from(FACTS), st.booleans())
def test_cells_of_any_types(cells: list[object], fact: Fact, is_json: bool) -> None:
    assert_reads_alike(FactColumn(fact, fact.name, NumberStyle.of(cells)), cells, cells, is_json=is_json)


@settings(max_examples=50)
@given(
    st.lists(st.one_of(st.none(), CELLS.map(str)), max_size=8),
    st.sampled_from(FACTS),
    st.sampled_from([pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]),
    st.booleans(),
)
def test_columns_of_texts(cells: list[str | None], fact: Fact, kind: pa.DataType, foreign: bool) -> None:
    style = NumberStyle.of(cells)
    column = FactColumn(fact, fact.name, style.beside([NumberStyle(commas=True)]) if foreign else style)
    values = pa.array(cells, pa.string())
    assert_reads_alike(
        column, values.dictionary_encode() if pa.types.is_dictionary(kind) else values.cast(kind), [*cells]
    )


@settings(max_examples=50)
@given(st.lists(st.one_of(st.none(), st.integers(-3, 80)), max_size=8), st.sampled_from(FACTS))
def test_columns_of_numbers(cells: list[int | None], fact: Fact) -> None:
    column = FactColumn(fact, fact.name)
    assert_reads_alike(column, pa.array(cells, pa.int16()), [*cells])
    floats = [None if cell is None else cell / 2 for cell in cells]
    assert_reads_alike(column, pa.array(floats, pa.float32()), [*floats])


def test_columns_of_truth_values_and_of_what_no_fact_can_be() -> None:
    assert read_fact(FactColumn(FLAG, "f"), pa.array([True, None, False])).numbers[[0, 2]].tolist() == [1, 0]
    for values in (pa.array([True, False]), pa.array([[1], [2]]), pa.array([{"a": 1}, None])):
        assert len(read_fact(FactColumn(SIZE, "s"), values).broken) == 2


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())])
def test_bytes_that_are_texts_are_read_as_texts(kind: pa.DataType) -> None:
    assert read_fact(FactColumn(PLACE, "p"), pa.array([b"North", b"s", None], kind)).numbers[0] == 0
    assert read_fact(FactColumn(SIZE, "s"), pa.array([b"27.1", b"27,5"], kind)).numbers.tolist() == [27.1, 27.5]
    assert len(read_fact(FactColumn(SIZE, "s"), pa.array([b"27.1", b"\xff"], kind)).broken) == 2


def test_columns_of_decimal_numbers() -> None:
    read = read_fact(FactColumn(SIZE, "s"), pa.array([decimal.Decimal("27.1"), decimal.Decimal(3), None]))
    assert read.numbers[0] == 27.1
    assert [(i, error.code) for i, error in read.broken] == [(1, "range"), (2, "missing")]
    cost = read_cost(CostColumnReader("cost"), pa.array([decimal.Decimal("8211.40")], pa.decimal256(60, 20)))
    assert cost.numbers.tolist() == [8211.4]


@pytest.mark.parametrize(
    ("cells", "numbers", "codes"),
    [
        (pa.array([1.5, None, -1.0, math.inf]), [1.5], ["missing", "range", "type"]),
        (pa.array(["$8,211.40", "?", "old", "3"]), [8211.4, 3], ["missing", "type"]),
        ([7, "9.5", True, 0], [7, 9.5, 0], ["type"]),
    ],
)
def test_costs(cells: Values, numbers: list[float], codes: list[str]) -> None:
    read = read_cost(CostColumnReader("cost", NumberStyle(currency="USD")), cells)
    assert read.numbers[~np.isnan(read.numbers)].tolist() == numbers
    assert [error.code for _, error in read.broken] == codes

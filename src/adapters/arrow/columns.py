"""Whole columns of cells read as facts: plain numbers at once, other cells value by value by the domain's rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.errors import FieldError
from domain.people.claims import person_code
from domain.people.fact import Kind
from domain.people.role_column import label_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.people.cells import NumberStyle
    from domain.people.meaning import CostColumnReader, FactColumn
    from domain.people.role_column import RoleColumn

    Floats = NDArray[np.float64]

Values: TypeAlias = Any
"""Cells of a column: an Arrow array, or a list of cells that are each of their own type."""
_Read: TypeAlias = Callable[[object], "float | FieldError"]

_PLAIN: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_EITHER: Final = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
"""Plain numbers whose point might separate thousands, see `NumberStyle`."""
_kernels: Any = pc
"""Functions that PyArrow makes when it is imported, and that its stubs do not know."""
_NUMBERS: Final = frozenset({int, float, type(None)})


@dataclass(frozen=True, slots=True)
class ReadCells:
    """A column as it was read.

    Args:
        numbers: as arrays carry them; NaN for cells that are missing or broken.
        broken: positions of cells that break a rule, with the rule.
    """

    numbers: Floats
    broken: Sequence[tuple[int, FieldError]]


def read_fact(column: FactColumn, values: Values, *, is_json: bool = False) -> ReadCells:
    """Read the cells of a fact's column."""
    values = with_plain_texts(values)
    fact, meant = column.fact, column.read_json if is_json else column.read

    def read(cell: object) -> float | FieldError:
        value = meant(cell)
        return value if isinstance(value, FieldError) else fact.number(value)

    numbers = _plain(values, column.style, is_json=is_json) if fact.kind.is_numeric else None
    if numbers is None:
        return _by_value(values, read)
    low, high = fact.bounds
    good = (numbers >= low) & (numbers <= high) & np.isfinite(numbers)
    if fact.kind is Kind.WHOLE:
        good &= numbers == np.floor(numbers)
    return _rest(values, numbers, good, read)


def read_cost(column: CostColumnReader, values: Values) -> ReadCells:
    """Read the cells of the cost's column."""
    values = with_plain_texts(values)
    numbers = _plain(values, column.style)
    if numbers is None:
        return _by_value(values, column.read)
    return _rest(values, numbers, (numbers >= 0) & np.isfinite(numbers), column.read)


def read_role(column: RoleColumn, values: Values) -> ReadCells:
    """Read the cells of the column of a weight, an exposure or a period."""
    values = with_plain_texts(values)
    numbers = _plain(values, column.style)
    if numbers is None:
        return _by_value(values, column.read)
    low, high = column.bounds
    return _rest(values, numbers, (numbers > low) & (numbers <= high) & np.isfinite(numbers), column.read)


def read_people(column: RoleColumn, values: Values) -> tuple[NDArray[np.uint64], Sequence[tuple[int, FieldError]]]:
    """Return the code of each row's person, 0 where the cell breaks a rule, and the broken rules by position."""
    different, codes = _coded(with_plain_texts(values))
    names = [column.name(value) for value in different]
    people = np.array([0 if isinstance(name, FieldError) else person_code(name) for name in names], dtype=np.uint64)
    wrong = np.array([isinstance(name, FieldError) for name in names], dtype=np.bool_)[codes]
    return people[codes], [(i, cast("FieldError", names[codes[i]])) for i in np.flatnonzero(wrong).tolist()]


def read_labels(values: Values) -> NDArray[np.object_]:
    """Return what each cell of an audit column says, n texts."""
    different, codes = _coded(with_plain_texts(values))
    return np.array([label_of(value) for value in different], dtype=np.object_)[codes]


def cell_at(values: Values, i: int) -> object:
    """Return one cell."""
    return values[i].as_py() if isinstance(values, pa.Array) else values[i]


def _plain(values: Values, style: NumberStyle, *, is_json: bool = False) -> Floats | None:
    """Return the numbers of cells that are plain numbers, NaN for others; None where each value must be read alone."""
    if not isinstance(values, pa.Array):
        if not set(map(type, values)) <= _NUMBERS:
            return None
        try:
            return np.array(values, dtype=np.float64)
        except OverflowError:  # a whole number that no float can hold
            return None
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _floats(values)
    if is_json or not style.is_plain or not _is_text(kind):
        return None
    texts = _kernels.utf8_trim_whitespace(_written_out(values))
    texts = _kernels.if_else(_kernels.equal(texts, ""), pa.scalar(None, texts.type), texts)
    try:
        numbers = _floats(pc.cast(texts, pa.float64()))
    except pa.ArrowInvalid:
        is_number = _kernels.match_substring_regex(texts, _PLAIN)
        numbers = _floats(pc.cast(_kernels.if_else(is_number, texts, pa.scalar(None, texts.type)), pa.float64()))
    if style.foreign:
        doubtful = pc.fill_null(_kernels.match_substring_regex(texts, _EITHER), fill_value=False)
        numbers[np.asarray(doubtful)] = np.nan
    return numbers


def _rest(values: Values, numbers: Floats, good: NDArray[np.bool_], read: _Read) -> ReadCells:
    """Read the cells that are not plainly good by their values."""
    left = np.flatnonzero(~good)
    if not len(left):
        return ReadCells(numbers, ())
    some = values.take(pa.array(left)) if isinstance(values, pa.Array) else [values[i] for i in left.tolist()]
    rest = _by_value(some, read)
    numbers = numbers.copy()
    numbers[left] = rest.numbers
    return ReadCells(numbers, [(int(left[i]), error) for i, error in rest.broken])


def _by_value(values: Values, read: _Read) -> ReadCells:
    """Read each different value once."""
    different, codes = _coded(values)
    meanings = [read(value) for value in different]
    numbers = np.array(
        [np.nan if isinstance(meaning, FieldError) else meaning for meaning in meanings], dtype=np.float64
    )[codes]
    wrong = np.array([isinstance(meaning, FieldError) for meaning in meanings], dtype=np.bool_)[codes]
    places = np.flatnonzero(wrong).tolist()
    return ReadCells(numbers, [(i, cast("FieldError", meanings[codes[i]])) for i in places])


def _coded(values: Values) -> tuple[Sequence[object], NDArray[np.intp]]:
    """Return the different values, and the position of each cell's value among them."""
    if isinstance(values, pa.Array):
        if not pa.types.is_nested(values.type):
            coded: Any = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
            different: list[object] = coded.dictionary.to_pylist()
            indices = pc.fill_null(coded.indices, len(different)).to_numpy(zero_copy_only=False)
            return [*different, None], indices.astype(np.intp)
        values = values.to_pylist()
    places: dict[object, int] = {}
    different_cells: list[object] = []
    codes = np.empty(len(values), dtype=np.intp)
    for i, cell in enumerate(values):
        key = (type(cell), cell) if isinstance(cell, str | int | float | bool | None) else (type(cell), i)
        place = places.setdefault(key, len(different_cells))
        if place == len(different_cells):
            different_cells.append(cell)
        codes[i] = place
    return different_cells, codes


def with_plain_texts(values: Values) -> Values:
    """Return texts as strings that Arrow can take rows of: no views, and no bytes, as some programs write texts."""
    if not isinstance(values, pa.Array):
        return values
    kind = cast("Any", values.type)
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_string_view(kind):
        return values.cast(pa.large_string())
    if pa.types.is_binary(held) or pa.types.is_large_binary(held):
        try:
            if pa.types.is_dictionary(kind):
                return values.dictionary.cast(pa.large_binary()).cast(pa.large_string()).take(values.indices)
            return values.cast(pa.large_binary()).cast(pa.large_string())
        except pa.ArrowInvalid:  # bytes that are no text
            return values
    return values


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = cast("Any", kind).value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _written_out(values: Any) -> Any:
    """Decode a dictionary to plain texts: Arrow does not trim dictionaries."""
    return values.cast(pa.large_string()) if pa.types.is_dictionary(values.type) else values


def _floats(values: Any) -> Floats:
    """Convert numbers to floats, and nulls to NaN."""
    return values.to_numpy(zero_copy_only=False).astype(np.float64)

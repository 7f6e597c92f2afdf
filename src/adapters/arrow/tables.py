"""Opening of tables: the kind of a file, the way its columns are read, and its cells as columns."""

from __future__ import annotations

from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa

from adapters.arrow.parquet import BoundedParquet
from adapters.arrow.text_rows import TextRows
from adapters.arrow.workbook_rows import MAGIC, WorkbookRows
from domain.people.folding import fold
from domain.people.matching import knows, match
from domain.people.table_reading import TableReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from adapters.arrow.row_source import NumberedRow, RowSource
    from domain.people.table_reading import ReadingRules

STYLE_ROWS: Final = 1 << 16
"""Rows at the beginning of a table whose cells decide the style of its numbers."""
_MOST_BYTES: Final = 64 * 1024 * 1024
"""The most bytes of the texts of rows that are read at a time: cells of a workbook may share them."""


def open_rows(opened: Callable[[], IO[bytes]], rules: ReadingRules) -> RowSource:
    """Open a text file or a workbook, recognised by its content.

    Args:
        opened: opens the file anew, at its start.
        rules: name the known columns, and the sheet.

    Raises:
        UnreadableFile: if the file is neither, or no line names the columns.
    """
    names = knows(rules.schema, rules.column_map)
    with opened() as file:
        is_workbook = file.read(len(MAGIC)) == MAGIC
    if is_workbook:
        return WorkbookRows(opened, lambda name: fold(name) in names, rules.sheet)
    return TextRows(opened, lambda name: fold(name) in names)


def read_rows(source: RowSource, rules: ReadingRules) -> TableReading:
    """Decide how a text file or a workbook is read.

    Raises:
        ConfigurationError: if a column of which somebody has said something is not there.
        UnreadableFile: if its first rows cannot be read.
    """
    columns: dict[str, Iterable[object]] = {}

    def cells(column: str) -> Iterable[object]:
        if not columns:
            columns.update(zip(source.names, first_cells(source), strict=True))
        return columns[column]

    matched = match(source.names, rules.schema, rules.column_map)
    return TableReading.of(
        rules.schema,
        matched,
        rules.column_map,
        cells,
        semicolons=source.semicolons,
        needs_roles=rules.needs_roles,
    )


def read_parquet(file: pa.NativeFile, rules: ReadingRules) -> TableReading:
    """Decide how a Parquet file is read; for columns of texts, by the first texts.

    Raises:
        ConfigurationError: if a column of which somebody has said something is not there.
        UnreadableFile: if its first rows cannot be read.
    """
    names = BoundedParquet(file, needed=lambda _: False).schema.names
    matched = match(names, rules.schema, rules.column_map)

    def cells(column: str) -> Iterable[object]:
        return first_texts(BoundedParquet(file, needed=lambda name: name == column), column)

    return TableReading.of(rules.schema, matched, rules.column_map, cells, needs_roles=rules.needs_roles)


def first_cells(source: RowSource) -> Sequence[Iterable[object]]:
    """Return the different texts of each column among the first rows."""
    columns: list[set[object]] = [set() for _ in source.names]
    for row in islice(source.rows(), STYLE_ROWS):
        if row.broken is None:
            for column, cell in zip(columns, row.cells, strict=True):
                if isinstance(cell, str):
                    column.add(cell.strip())
    return columns


def first_texts(opened: BoundedParquet, column: str) -> Iterable[object]:
    """Return the different texts of a Parquet column among the first rows; none for a column of other values."""
    if not _holds_texts(opened.types.field(column).type):
        return ()
    seen: set[object] = set()
    rows = 0
    for batch in opened.batches(STYLE_ROWS):
        seen.update(batch.column(0).unique().to_pylist())
        rows += len(batch)
        if rows >= STYLE_ROWS:
            break
    return seen


def some_rows(rows: Iterator[NumberedRow], at_once: int) -> list[NumberedRow]:
    """Take the next rows, ``at_once`` of them or fewer if their texts are long."""
    some: list[NumberedRow] = []
    size = 0
    for row in islice(rows, at_once):
        some.append(row)
        size += sum(len(cell) for cell in row.cells if isinstance(cell, str))
        if size > _MOST_BYTES:
            break
    return some


def columns_of(rows: Sequence[NumberedRow], width: int) -> list[tuple[Any, ...]]:
    """Turn rows into columns; those that cannot be read are empty."""
    empty = (None,) * width
    return list(zip(*(empty if row.broken else row.cells for row in rows), strict=True)) if rows else [()] * width


def array_of(cells: Sequence[Any]) -> pa.Array:
    """Make a typed column of cells to pass it on: texts without space around, None where they are empty.

    Cells of several kinds become texts.
    """
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {str}:
        return pa.array([cell and (cell.strip() or None) for cell in cells], pa.string())
    if kinds <= {int, float} or kinds == {bool}:
        try:
            return pa.array(cells)
        except (pa.ArrowException, OverflowError):
            pass
    return pa.array([None if cell is None else str(cell).strip() or None for cell in cells], pa.string())


def _holds_texts(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)

"""All rows of a batch, good and bad, as in the file, with their line numbers and their errors."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias

import pyarrow as pa

from domain.people.people_table import LEFT_OUT, LINE, reason
from domain.people.table_reading import RowReader, TableReading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from adapters.arrow.reading import Batch, Row
    from domain.people.contract import Violation

Cells: TypeAlias = Literal["columns", "texts", "values"]
"""What cells are passed on as: columns of one type each, for Parquet; as they stand in the file, for CSV; or numbers
where a fact is one, for JSON Lines and workbooks."""


def every(
    batch: Batch, violations: Sequence[Violation], before: int, facts: NDArray[np.float64], cells: Cells
) -> pa.RecordBatch | list[Row]:  # fmt: skip
    """Return all rows of a batch, each between its line number and the reason why it is left out (empty if it is not).

    Args:
        batch: the batch of a file.
        violations: all of the batch.
        before: rows of the file before the batch; without lines, the first row of a file stands in line 2.
        facts: the facts of all rows, n x width.
        cells: what cells are passed on as.
    """
    broken: dict[int, list[Violation]] = defaultdict(list)
    for violation in violations:
        broken[(violation.row or 0) - before - 1].append(violation)
    lines = range(before + 2, before + 2 + len(batch)) if batch.lines is None else batch.lines
    reasons = [reason(broken[i]) if i in broken else "" for i in range(len(batch))]
    if not isinstance(batch.rows, list) and (cells == "columns" or (cells == "texts" and not batch.cells)):
        names = [name for name in batch.rows.schema.names if name not in (LINE, LEFT_OUT)]
        columns = [pa.array(lines, pa.int64()), *map(batch.rows.column, names), pa.array(reasons, pa.string())]
        return pa.RecordBatch.from_arrays(columns, names=[LINE, *names, LEFT_OUT])
    rows: Sequence[Row] = batch.rows if isinstance(batch.rows, list) else batch.rows.to_pylist()
    for name, column in batch.cells.items():
        for row, cell in zip(rows, column, strict=True):
            row[name] = cell
    if cells == "values":
        for place, name in _numeric(batch.reading):
            for i, (row, number) in enumerate(zip(rows, facts[:, place].tolist(), strict=True)):
                if i not in broken and isinstance(row.get(name), str) and not math.isnan(number):
                    row[name] = int(number) if number.is_integer() else number
    numbered = zip(lines, rows, reasons, strict=True)
    return [{LINE: line, **_without_ours(row), LEFT_OUT: why} for line, row, why in numbered]


def _numeric(reading: TableReading | RowReader) -> Iterator[tuple[int, str]]:
    """Yield the place and the column of each fact that is a number; nothing for JSON, which has numbers itself."""
    if isinstance(reading, TableReading):
        for place, column in enumerate(reading.facts):
            if column and column.fact.kind.is_numeric:
                yield place, column.column


def _without_ours(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in (LINE, LEFT_OUT)}

"""The facts of a batch as numbers, the rules that its rows break, and its good rows for the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa

from adapters.arrow.columns import cell_at, read_cost, read_fact
from adapters.arrow.every_row import Cells, every
from domain.costs.scoring import PeopleBatch
from domain.errors import FieldError
from domain.people.contract import MOST_VIOLATIONS, Violation
from domain.people.fact import Kind
from domain.people.meaning import shown
from domain.people.table_reading import RowReader, TableReading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from adapters.arrow.columns import Values
    from adapters.arrow.reading import Batch, Row

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Broken = Sequence[tuple[int, FieldError]]


def people_batches(batches: Iterator[Batch], *, done: int = 0, every_row: Cells | None = None) -> Iterator[PeopleBatch]:
    """Read the people in the batches of a file, without the first ``done`` rows.

    Args:
        batches: the batches of the file.
        done: rows that are not read again.
        every_row: what cells are passed on as where bad rows are passed on, too, see `ScoringJob.every_row`; None where
            they are not.
    """
    read = 0
    for batch in batches:
        before, read = read, read + len(batch)
        if done and read <= done:
            continue
        facts, good, broken = facts_of(batch)
        people = facts if good.all() else facts[good]
        named = broken if every_row else broken[:MOST_VIOLATIONS]
        violations = list(violations_of(batch, named, rows_before=before))
        yield PeopleBatch(
            schema=batch.reading.schema,
            facts=cast("memoryview[float]", people.data),
            rows=len(batch),
            violations=violations[:MOST_VIOLATIONS],
            unused_columns=_unused_columns(batch),
            share=batch.share,
            good_rows=every(batch, violations, before, facts, every_row)
            if every_row
            else _good_rows(batch, facts, good),
            places=cast("Sequence[int]", np.flatnonzero(good)) if every_row else None,
        )


def facts_of(batch: Batch) -> tuple[Floats, Mask, Broken]:
    """Read the facts of a batch.

    Returns:
        n x facts, in the order of the schema; which of the rows are people; and the broken rules of the others, each
        with its position, one after the other.
    """
    numbers = np.full((len(batch), batch.reading.schema.width), np.nan)
    broken: list[tuple[int, FieldError]] = [*batch.broken.items()]
    for rows, table in _alike(batch):
        for place, (fact, column) in enumerate(zip(table.schema.facts, table.facts, strict=True)):
            if column is None:
                if not fact.may_be_missing:
                    broken += [(i, FieldError(fact.name, "missing", "is required")) for i in rows.tolist()]
                continue
            read = read_fact(column, _cells(batch, column.column, rows), is_json=isinstance(batch.rows, list))
            numbers[rows, place] = read.numbers
            broken += [(int(rows[i]), error) for i, error in read.broken]
    broken = [(i, error) for i, error in broken if i not in batch.broken or error is batch.broken[i]]
    good = np.ones(len(batch), dtype=np.bool_)
    good[[i for i, _ in broken]] = False
    return numbers, good, sorted(broken, key=lambda pair: pair[0])


def violations_of(batch: Batch, broken: Broken, *, rows_before: int) -> Iterator[Violation]:
    """Yield the broken rules of a batch with the cells that break them."""
    for i, error in broken:
        line = None if batch.lines is None else batch.lines[i]
        table = batch.reading
        if isinstance(table, RowReader):
            table = table.reading(batch.rows[i]) if isinstance(batch.rows, list) else None
        column = table.matched.columns.get(error.field) if table else None
        value = "" if column is None else shown(cell_at(batch.column(column), i))
        yield Violation(rows_before + i + 1, error.field, error.code, error.detail, value, line)


def _unused_columns(batch: Batch) -> Sequence[str]:
    """Return the columns of a batch that nothing is read from."""
    reading = batch.reading
    if isinstance(reading, RowReader):
        reading = reading.reading(dict.fromkeys(batch.names))
    return reading.matched.unused


def _good_rows(batch: Batch, numbers: Floats, good: Mask) -> pa.RecordBatch | list[Row]:
    """Return the good rows with all their columns; numbers that are texts in a file become numbers."""
    reading = batch.reading
    if isinstance(batch.rows, list):
        return [row for row, is_good in zip(batch.rows, good, strict=True) if is_good]
    table = batch.rows if good.all() else batch.rows.filter(pa.array(good))
    if batch.lines is None or isinstance(reading, RowReader):
        return table
    columns = dict(zip(table.schema.names, table.columns, strict=True))
    for place, column in enumerate(reading.facts):
        if column and column.fact.kind.is_numeric:
            values = numbers[good, place]
            kind = pa.int64() if column.fact.kind is Kind.WHOLE else pa.float64()
            columns[column.column] = pa.array(values, pa.float64(), mask=np.isnan(values)).cast(kind)
    if reading.cost:
        name = reading.matched.columns[reading.cost.column]
        cost = read_cost(reading.cost, batch.column(name))
        if all(error.code == "missing" for _, error in cost.broken):
            values = cost.numbers[good]
            columns[name] = pa.array(values, mask=np.isnan(values))
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _alike(batch: Batch) -> Iterator[tuple[NDArray[np.intp], TableReading]]:
    """Yield groups of rows that are read in the same way, each with its reading."""
    reading = batch.reading
    if isinstance(reading, TableReading):
        yield np.arange(len(batch)), reading
    elif isinstance(batch.rows, list):
        places: dict[int, list[int]] = {}
        readings: dict[int, TableReading] = {}
        for i, row in enumerate(batch.rows):
            if i not in batch.broken:
                table = reading.reading(row)
                readings[id(table)] = table
                places.setdefault(id(table), []).append(i)
        yield from ((np.array(rows, dtype=np.intp), readings[key]) for key, rows in places.items())


def _cells(batch: Batch, column: str, rows: NDArray[np.intp]) -> Values:
    if not isinstance(batch.rows, list):
        return batch.column(column)
    return [batch.rows[i].get(column) for i in rows.tolist()]

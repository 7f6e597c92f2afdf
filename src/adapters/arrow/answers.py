"""Answers as columns beside the rows that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from domain.costs.estimate_columns import codes_of
from domain.people.people_table import ABOVE, ANSWERS, LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from adapters.arrow.reading import Row
    from domain.costs.estimate_columns import PublishedColumns

OURS: Final = (*ANSWERS, ABOVE)
"""Columns of answers, which replace columns of the same names in a file."""
TYPES: Final[Mapping[str, pa.DataType]] = {
    **dict.fromkeys((*ANSWERS[:5], ABOVE), pa.float64()), ANSWERS[5]: pa.string(), ANSWERS[6]: pa.int64(),
}  # fmt: skip
"""The type of each column of answers."""


class Answers:
    """Answers to some rows.

    Args:
        published: the answers.
        rows: how many rows there are.
        places: the rows that the answers belong to, in ascending order; the others say in their last cell, `LEFT_OUT`,
            why they have none. None where each row has an answer, and no such cell.
    """

    def __init__(self, published: PublishedColumns, rows: int, places: Sequence[int] | None = None) -> None:
        self._rows, self._every_row = rows, places is not None
        self._places = None if places is None or len(places) == rows else np.asarray(places, dtype=np.intp)
        money = np.asarray(published.money, dtype=np.float64).reshape(4, -1)
        columns: dict[str, pa.Array] = dict(zip(ANSWERS[:4], map(self._numbers, money), strict=True))
        columns[ANSWERS[4]] = self._numbers(np.asarray(published.zero, dtype=np.float64))
        columns[ANSWERS[5]] = self._spread(_warnings(published))
        version = pa.repeat(pa.scalar(published.model.version, pa.int64()), money.shape[1])
        columns[ANSWERS[6]] = self._spread(version)
        if published.above is not None:
            columns[ABOVE] = self._numbers(np.asarray(published.above, dtype=np.float64))
        self._columns = columns

    def beside(self, table: pa.Table) -> pa.Table:
        """Return a table with the answers behind its columns."""
        why = table.column(LEFT_OUT) if self._every_row else None
        table = table.drop_columns([name for name in table.schema.names if self._is_behind(name)])
        for name, values in self._columns.items():
            table = table.append_column(name, values)
        return table if why is None else table.append_column(LEFT_OUT, why)

    def of_rows(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield rows with the answers behind their cells."""
        lists = [column.to_pylist() for column in self._columns.values()]
        for row, *values in zip(rows, *lists, strict=True):
            cells = {name: cell for name, cell in row.items() if not self._is_behind(name)}
            why = {LEFT_OUT: row[LEFT_OUT]} if self._every_row else {}
            yield {**cells, **dict(zip(self._columns, values, strict=True)), **why}

    def names_of(self, rows: Sequence[Row]) -> list[str]:
        """Return the names of all columns of some rows with their answers."""
        names = dict.fromkeys(name for row in rows for name in row if not self._is_behind(name))
        return [*names, *self._columns, *([LEFT_OUT] if self._every_row else [])]

    def _is_behind(self, name: str) -> bool:
        return name in OURS or (self._every_row and name == LEFT_OUT)

    def _numbers(self, values: NDArray[np.float64]) -> pa.Array:
        return self._spread(pa.array(values))

    def _spread(self, values: pa.Array) -> pa.Array:
        """Return values at their places, and null elsewhere."""
        if self._places is None:
            return values
        at = np.full(self._rows, -1, dtype=np.int64)
        at[self._places] = np.arange(len(self._places))
        return values.take(pa.array(at, mask=at < 0))


def _warnings(published: PublishedColumns) -> pa.Array:
    """Return the codes of each row's cautions as one text, each different text stored once."""
    combinations = pa.array(np.asarray(published.cautions)).dictionary_encode()
    texts = [" ".join(codes_of(bits, published.codes)) for bits in combinations.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(combinations.indices)

"""Rows of people in text files, workbooks, Parquet or JSON Lines, batch by batch: a file may be larger than memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import msgspec
import pyarrow as pa

from adapters.arrow.lines import bounded_lines
from adapters.arrow.parquet import BoundedParquet
from adapters.arrow.tables import array_of, columns_of, open_rows, read_parquet, read_rows, some_rows
from domain.errors import ConfigurationError, FieldError, InvalidInput, UnreadableFile
from domain.people.advice import columns_to_name
from domain.people.table_reading import ReadingRules, RowReader, TableReading

if TYPE_CHECKING:
    from adapters.arrow.columns import Values
    from adapters.arrow.row_source import RowSource
    from domain.people.notes import Note

TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx")
"""Endings of text files and workbooks; a file's content decides which of them it is."""
ENDINGS: Final = (*TABLES, ".parquet", ".jsonl")
Row = dict[str, Any]

_MOST_KEYS: Final = 10_000
"""The most keys of an object in JSON Lines: those of the first become columns of all rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file.

    Args:
        reading: how its columns are read.
        names: the names of the columns; in JSON Lines, those of the first row.
        rows: a table, as it is passed on; in JSON Lines row by row, one that cannot be read as an empty one.
        lines: of each row, its line in the file; None in Parquet, which has no lines.
        broken: positions of rows that cannot be read, each with the reason.
        share: the share of the file that is read when these rows are, 0-1.
        cells: columns as they stand in a sheet, each cell of its own type.
    """

    reading: TableReading | RowReader
    names: Sequence[str]
    rows: pa.RecordBatch | list[Row]
    lines: Sequence[int] | None
    broken: Mapping[int, FieldError]
    share: float
    cells: Mapping[str, Values] = field(default_factory=dict[str, "Values"])

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, i: int) -> Row:
        """Return one row, as it is passed on."""
        return self.rows[i] if isinstance(self.rows, list) else self.rows.slice(i, 1).to_pylist()[0]

    def column(self, name: str) -> Values:
        """Return the cells of a column."""
        if isinstance(self.rows, list):
            return [row.get(name) for row in self.rows]
        return self.cells[name] if name in self.cells else self.rows.column(self.names.index(name))


class PeopleReader:
    """A file of people as it is read.

    Args:
        path: where it lies; its ending says what it is.
        rules: how it is to be read.

    Raises:
        ConfigurationError: for another ending, or if a column of which somebody has said something is not there.
        InvalidInput: if the file cannot be read as what its ending says, or lacks the column of a fact.
    """

    def __init__(self, path: Path, rules: ReadingRules) -> None:
        self._path = path
        self.notes: Sequence[Note] = ()
        self._reading: TableReading | RowReader = RowReader(rules.schema, rules.column_map)
        self._source: RowSource | None = None
        self._file: IO[bytes] | None = None
        self._ending = ending_of(path, ENDINGS)
        with self._explained():
            self._size = path.stat().st_size or 1
            if self._ending in TABLES:
                self._source = open_rows(self._opened, rules)
                self.notes = self._source.notes
                self._reading = read_rows(self._source, rules)
            elif self._ending == ".parquet":
                with pa.OSFile(str(path)) as file:
                    self._reading = read_parquet(file, rules)
        if isinstance(self._reading, TableReading):
            refuse_missing(path.name, self._reading)

    def batches(self, at_once: int) -> Iterator[Batch]:
        """Yield the rows, ``at_once`` of them at a time.

        Raises:
            InvalidInput: at the place where the rest of the file cannot be read.
        """
        with self._explained():
            if self._source:
                reading = cast("TableReading", self._reading)
                yield from table_batches(self._source, reading, at_once, self._share)
            elif self._ending == ".parquet":
                yield from parquet_batches(self._path, at_once, self._reading)
            else:
                yield from self._json_batches(at_once)

    def _json_batches(self, at_once: int) -> Iterator[Batch]:
        with self._opened() as file:
            rows = _json_rows(bounded_lines(file))
            while some := list(islice(rows, at_once)):
                broken = {i: row for i, (_, row) in enumerate(some) if isinstance(row, FieldError)}
                objects = [row if isinstance(row, dict) else {} for _, row in some]
                names = list(next(filter(None, objects), {}))
                yield Batch(self._reading, names, objects, [line for line, _ in some], broken, self._share())

    def _opened(self) -> IO[bytes]:
        self._file = self._path.open("rb")
        return self._file

    def _share(self) -> float:
        return min(self._file.tell() / self._size, 1.0) if self._file and not self._file.closed else 1.0

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except UnreadableFile as error:
            raise unusable(self._path, error.detail) from error
        except pa.ArrowException as error:
            raise unusable(self._path, str(error)) from error
        except OSError as error:
            raise unusable(self._path, f"cannot be read: {error.strerror or error}") from error


def table_batches(
    source: RowSource, reading: TableReading, at_once: int, share: Callable[[], float] = lambda: 1.0
) -> Iterator[Batch]:
    """Yield the rows of a text file or a sheet, ``at_once`` of them at a time.

    Args:
        source: the file.
        reading: how it is read.
        at_once: rows of a batch, or fewer if their texts are long.
        share: says how much of the file is read.
    """
    rows, names = source.rows(), list(source.names)
    needed = set(reading.matched.columns.values())
    while some := some_rows(rows, at_once):
        columns = columns_of(some, len(names))
        arrays = [array_of(column) for column in columns]
        cells = {
            name: column
            for name, column, array in zip(names, columns, arrays, strict=True)
            if name in needed and not _is_as_it_was(column, array)
        }
        broken = {i: row.broken for i, row in enumerate(some) if row.broken}
        table = pa.RecordBatch.from_arrays(arrays, names=names)
        yield Batch(reading, names, table, [row.line for row in some], broken, share(), cells)


def parquet_batches(source: Path | pa.NativeFile, at_once: int, reading: TableReading | RowReader) -> Iterator[Batch]:
    """Yield the rows of a file on this machine, or of an open file; none for an empty one."""
    with pa.OSFile(str(source)) if isinstance(source, Path) else nullcontext(source) as file:
        opened = BoundedParquet(file)
        read = 0
        for batch in opened.plain(at_once):
            read += len(batch)
            yield Batch(reading, batch.schema.names, batch, None, {}, read / opened.rows)


def ending_of(path: Path, endings: Collection[str]) -> str:
    """Return a file's ending.

    Raises:
        ConfigurationError: if it is none of these.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        message = f"{path.name}: a file ends in {', '.join(endings)}"
        raise ConfigurationError(message)
    return ending


def refuse_missing(name: str, reading: TableReading) -> None:
    """Refuse a table that lacks the column of a fact.

    Raises:
        InvalidInput: with each fact that has no column, or could have several.
    """
    if not (wrong := reading.missing):
        return
    missing = [flaw.field for flaw in wrong if flaw.code == "missing"]
    errors = [FieldError(f"{name}, column {flaw.field}", flaw.code, flaw.detail) for flaw in wrong]
    for sentence in columns_to_name(missing, reading.matched.unused, reading.schema):
        field, _, advice = sentence.partition(": ")
        errors.append(FieldError(field, "map", advice))
    raise InvalidInput(errors)


def unusable(path: Path, why: str) -> InvalidInput:
    """Return the error for a file that is unusable as a whole."""
    return InvalidInput([FieldError(path.name, "file", why)])


def _is_as_it_was(cells: Sequence[Any], array: pa.Array) -> bool:
    """Return whether a typed column has the values of its cells: cells of several kinds became texts."""
    return not pa.types.is_string(array.type) or set(map(type, cells)) <= {str, type(None)}


def _json_rows(lines: Iterator[bytes]) -> Iterator[tuple[int, Row | FieldError]]:
    decoder = msgspec.json.Decoder(Row)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
        except (ValueError, RecursionError) as error:
            yield number, FieldError("all", "malformed", f"cannot be read: {error}")
            continue
        if len(row) > _MOST_KEYS:
            detail = f"cannot be read: it has {len(row):,} keys; {_MOST_KEYS:,} are allowed"
            yield number, FieldError("all", "malformed", detail)
        else:
            yield number, row

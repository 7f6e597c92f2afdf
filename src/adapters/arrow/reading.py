"""Rows of people in CSV, Parquet or JSON Lines, batch by batch, so that a file may be larger than memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from domain.beneficiary import FACTS
from domain.claims import TARGET
from domain.errors import ConfigurationError, FieldError, InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

ENDINGS: Final = (".csv", ".parquet", ".jsonl")
Row = dict[str, Any]

_NUMBERS: Final = frozenset({*FACTS, TARGET})
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file, as it has them.

    Args:
        rows: a table of Parquet; of other files, row by row, and what is wrong in place of a row that cannot be read.
        share: how much of the file is read with them, 0-1.
    """

    rows: pa.RecordBatch | list[Row | FieldError]
    share: float

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def names(self) -> Sequence[str]:
        """The columns: in JSON Lines, those of the first row."""
        if isinstance(self.rows, list):
            return list(next((row for row in self.rows if isinstance(row, dict)), {}))
        return self.rows.schema.names

    def row(self, i: int) -> Row | FieldError:
        """Give one row."""
        return self.rows[i] if isinstance(self.rows, list) else self.rows.slice(i, 1).to_pylist()[0]

    def column(self, name: str) -> pa.Array:
        """Give one column, of nulls where the values are of several kinds."""
        if not isinstance(self.rows, list):
            return self.rows.column(self.rows.schema.names.index(name))
        try:
            return pa.array([None if isinstance(row, FieldError) else row.get(name) for row in self.rows])
        except (pa.ArrowException, OverflowError):
            return pa.nulls(len(self.rows))


def read_batches(path: Path, *, at_once: int) -> Iterator[Batch]:
    """Give the rows, ``at_once`` of them at a time; column names are as the file has them.

    In a CSV the facts and charges that are numbers become numbers, empty fields None, all else stays text.

    Raises:
        ConfigurationError: for another ending.
        InvalidInput: if the file cannot be read as what its ending says.
    """
    readers = {".csv": _csv, ".parquet": parquet_batches, ".jsonl": _json_lines}
    read = readers[ending_of(path)]
    try:
        yield from read(path, at_once)
    except UnicodeDecodeError as error:
        raise unusable(path, "is not UTF-8 text") from error
    except (csv.Error, pa.ArrowException) as error:
        raise unusable(path, str(error)) from error
    except OSError as error:
        raise unusable(path, f"cannot be read: {error.strerror or error}") from error


def ending_of(path: Path) -> str:
    """Give a file's ending.

    Raises:
        ConfigurationError: if it is none of `ENDINGS`.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        message = f"{path.name}: a file ends in {', '.join(ENDINGS)}"
        raise ConfigurationError(message)
    return ending


def unusable(path: Path, why: str) -> InvalidInput:
    """Say what is wrong with a file as a whole."""
    return InvalidInput([FieldError(path.name, "file", why)])


def parquet_batches(source: Path | pa.NativeFile, at_once: int) -> Iterator[Batch]:
    """Give the rows of a file on this machine, or of one that is open elsewhere."""
    # not whole row groups at once: one may be as large as the file
    with pq.ParquetFile(source, buffer_size=_BUFFER, pre_buffer=False) as file:
        total, read = file.metadata.num_rows, 0
        for batch in file.iter_batches(at_once):
            read += len(batch)
            yield Batch(batch, read / total)


def _csv(path: Path, at_once: int) -> Iterator[Batch]:
    with path.open("rb") as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        size = path.stat().st_size or 1
        rows = _csv_rows(path, csv.reader(text, strict=True, skipinitialspace=True))
        while batch := list(islice(rows, at_once)):
            yield Batch(batch, min(file.tell() / size, 1.0))


def _csv_rows(path: Path, reader: Any) -> Iterator[Row | FieldError]:
    names = next(reader, None)
    if names is None:
        raise unusable(path, "is empty")
    names = [name.strip() for name in names]
    read = [_value if name.casefold() in _NUMBERS else _text for name in names]
    while True:
        try:
            line = next(reader, None)
        except csv.Error as error:
            yield _broken(reader.line_num, str(error))
            continue
        if line is None:
            return
        if line and len(line) != len(names):
            yield _broken(reader.line_num, f"it has {len(line)} fields, the first line {len(names)}")
        elif line:
            yield {name: value(text) for name, value, text in zip(names, read, line, strict=True)}


def _json_lines(path: Path, at_once: int) -> Iterator[Batch]:
    with path.open("rb") as file:
        size = path.stat().st_size or 1
        rows = _json_rows(file)
        while batch := list(islice(rows, at_once)):
            yield Batch(batch, min(file.tell() / size, 1.0))


def _json_rows(lines: Iterator[bytes]) -> Iterator[Row | FieldError]:
    decoder = msgspec.json.Decoder(Row)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except (ValueError, RecursionError) as error:
            yield _broken(number, str(error))


def _broken(line: int, why: str) -> FieldError:
    return FieldError("all", "malformed", f"line {line} cannot be read: {why}")


def _value(text: str) -> int | float | str | None:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return _text(text)


def _text(text: str) -> str | None:
    return text.strip() or None

"""Rows of people in CSV, Parquet or JSON Lines, batch by batch, so that a file may be larger than memory."""

from __future__ import annotations

import csv
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import ConfigurationError, FieldError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ENDINGS: Final = (".csv", ".parquet", ".jsonl")
Row = dict[str, Any]


def read_rows(path: Path, *, at_once: int) -> Iterator[list[Row | FieldError]]:
    """Give the rows, ``at_once`` of them at a time; column names are as the file has them.

    Numbers in a CSV become numbers, empty fields None. In place of a row that cannot be read stands what is wrong.

    Raises:
        ConfigurationError: for another ending.
        InvalidInput: if the file cannot be read as what its ending says.
    """
    readers = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines}
    read = readers[_ending(path)]
    try:
        rows = read(path, at_once)
        while batch := list(islice(rows, at_once)):
            yield batch
    except UnicodeDecodeError as error:
        raise _unreadable(path, "is not UTF-8 text") from error
    except (csv.Error, pa.ArrowException) as error:
        raise _unreadable(path, str(error)) from error
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from error


@contextmanager
def rows_to(path: Path) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Write rows batch by batch; the file appears when all of them are there, or stays as it was.

    Raises:
        ConfigurationError: for another ending.
        InvalidInput: if it cannot be written.
    """
    ending = _ending(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".medcost-") as folder:
            unfinished = Path(folder) / path.name
            if ending == ".parquet":
                with _ParquetRows(unfinished) as rows:
                    yield rows.write
            else:
                with unfinished.open("w", encoding="utf-8", newline="") as file:
                    yield _CsvRows(file).write if ending == ".csv" else _JsonRows(file).write
            if unfinished.exists():
                unfinished.replace(path)
    except OSError as error:
        raise _unreadable(path, f"cannot be written: {error.strerror}") from error


def _csv(path: Path, _: int) -> Iterator[Row | FieldError]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        names = next(reader, None)
        if names is None:
            raise _unreadable(path, "is empty")
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
                yield {name.strip(): _value(text.strip()) for name, text in zip(names, line, strict=True)}


def _parquet(path: Path, at_once: int) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(at_once):
            yield from batch.to_pylist()


def _json_lines(path: Path, _: int) -> Iterator[Row | FieldError]:
    decoder = msgspec.json.Decoder(Row)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
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
    return text or None


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        message = f"{path.name}: a file ends in {', '.join(ENDINGS)}"
        raise ConfigurationError(message)
    return ending


def _unreadable(path: Path, why: str) -> InvalidInput:
    return InvalidInput([FieldError(path.name, "file", why)])


@dataclass
class _CsvRows:
    file: IO[str]
    _writer: csv.DictWriter[str] | None = None

    def write(self, rows: Sequence[Row]) -> None:
        if self._writer is None and rows:
            self._writer = csv.DictWriter(self.file, list(rows[0]), lineterminator="\n", extrasaction="ignore")
            self._writer.writeheader()
        if self._writer is not None:
            self._writer.writerows(rows)


@dataclass
class _JsonRows:
    file: IO[str]

    def write(self, rows: Iterable[Row]) -> None:
        self.file.writelines(msgspec.json.encode(row).decode() + "\n" for row in rows)


@dataclass
class _ParquetRows:
    path: Path
    _writer: pq.ParquetWriter | None = field(default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        # the first rows decide the types; a column that is empty there holds text
        if self._writer is None:
            found = pa.Table.from_pylist(list(rows)).schema
            schema = pa.schema(
                [pa.field(one.name, pa.string() if pa.types.is_null(one.type) else one.type) for one in found]
            )
            self._writer = pq.ParquetWriter(self.path, schema)
        self._writer.write_table(pa.Table.from_pylist(list(rows), schema=self._writer.schema))

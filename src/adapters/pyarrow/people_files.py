"""CSV and Parquet, recognised by their content, from a file that nobody else needs to see."""

from __future__ import annotations

import csv
import io
import itertools
import mmap
import tempfile
from typing import IO, TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import FieldError, Flaw, UnreadableFile
from domain.ports.people_files import PeopleFiles, PeopleTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from _typeshed import WriteableBuffer

    from domain.people_table import Row

MOST_ROWS: Final = 1_000_000
MOST_COLUMNS: Final = 200
MOST_UNPACKED: Final = 512 * 1024 * 1024
"""Bytes of a Parquet file as its own description counts them unpacked."""
_PIECE: Final = 256 * 1024
_DELIMITERS: Final = ",;\t|"


class ArrowPeopleFiles(PeopleFiles):
    """Files are mapped into memory, so many readers share one without a copy; a map ends with its last reader."""

    def read(self, file: IO[bytes]) -> PeopleTable:
        """Recognise it."""
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:  # an empty file cannot be mapped
            file.close()
            raise UnreadableFile(Flaw.EMPTY, "the file is empty") from error
        file.close()  # the map keeps what it needs
        return _Parquet(mapped) if mapped[:4] == b"PAR1" else _Csv(mapped)

    def write(self, kind: str, columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
        """Write piece by piece."""
        return _write_parquet(columns, rows) if kind == "parquet" else _write_csv(columns, rows)


class _Csv(PeopleTable):
    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        start = mapped[:4096]
        if b"\0" in start or start.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF")):
            raise UnreadableFile(Flaw.KIND, "the file is neither CSV nor Parquet")
        line = start.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
        self._delimiter = max(_DELIMITERS, key=line.count)
        names = [name.strip() for name in next(self._lines(), [])]
        if not any(names):
            raise UnreadableFile(Flaw.EMPTY, "the first line names no columns")
        if len(names) > MOST_COLUMNS:
            raise UnreadableFile(Flaw.LARGE, f"the file has {len(names)} columns; {MOST_COLUMNS} are allowed")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UnreadableFile(Flaw.BROKEN, f"two columns are called {twice!r}")
        self.columns = names

    def batches(self, at_once: int) -> Iterator[Sequence[Row | FieldError]]:
        rows = self._rows()
        done = 0
        while batch := list(itertools.islice(rows, at_once)):
            done += len(batch)
            _refuse_more(done)
            yield batch

    def close(self) -> None:
        del self._mapped

    def _rows(self) -> Iterator[Row | FieldError]:
        lines = self._lines()
        next(lines)
        for number, cells in enumerate(lines, 2):
            if cells and len(cells) != len(self.columns):
                detail = f"line {number} has {len(cells)} cells, the first line {len(self.columns)}"
                yield FieldError("all", "malformed", detail)
            elif cells:
                yield dict(zip(self.columns, cells, strict=True))

    def _lines(self) -> Iterator[list[str]]:
        text = io.TextIOWrapper(io.BufferedReader(_Mapped(self._mapped), _PIECE), encoding="utf-8-sig", newline="")
        lines = csv.reader(text, delimiter=self._delimiter, skipinitialspace=True)
        try:
            yield from lines
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                Flaw.ENCODING, f"the file is not UTF-8 text, near line {lines.line_num + 1}"
            ) from error
        except csv.Error as error:
            raise UnreadableFile(Flaw.BROKEN, f"line {lines.line_num}: {error}") from error


class _Mapped(io.RawIOBase):
    """A reader of its own over bytes that others read as well."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped, self._at = mapped, 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: WriteableBuffer, /) -> int:
        view = memoryview(room)
        piece = self._mapped[self._at : self._at + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class _Parquet(PeopleTable):
    def __init__(self, mapped: mmap.mmap) -> None:
        self._buffer = pa.py_buffer(mapped)
        try:
            with self._open() as file:
                told = file.metadata
                schema = file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile(Flaw.BROKEN, str(error).split("\n", 1)[0]) from error
        _refuse_more(told.num_rows)
        if told.num_rows == 0:
            raise UnreadableFile(Flaw.EMPTY, "the file has no rows")
        unpacked = sum(told.row_group(i).total_byte_size for i in range(told.num_row_groups))
        if unpacked > MOST_UNPACKED or len(schema) > MOST_COLUMNS:
            raise UnreadableFile(Flaw.LARGE, f"unpacked, the file has {unpacked} bytes in {len(schema)} columns")
        if nested := next((one.name for one in schema if pa.types.is_nested(one.type)), None):
            raise UnreadableFile(Flaw.BROKEN, f"column {nested!r} holds lists or structures, not single values")
        if len(set(schema.names)) < len(schema.names):
            raise UnreadableFile(Flaw.BROKEN, "two columns have the same name")
        self.columns = schema.names

    def batches(self, at_once: int) -> Iterator[Sequence[Row | FieldError]]:
        try:
            with self._open() as file:
                for batch in file.iter_batches(at_once, use_threads=False):
                    yield batch.to_pylist()
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile(Flaw.BROKEN, str(error).split("\n", 1)[0]) from error

    def close(self) -> None:
        del self._buffer

    def _open(self) -> pq.ParquetFile:
        return pq.ParquetFile(pa.BufferReader(self._buffer))


def _refuse_more(rows: int) -> None:
    if rows > MOST_ROWS:
        raise UnreadableFile(Flaw.LARGE, f"the file has more than {MOST_ROWS:,} rows")


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for batch in itertools.chain(rows, [()]):  # the header comes also where no row does
        writer.writerows(batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _write_parquet(columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Write to a nameless file first: a Parquet file is complete at its end only."""
    with tempfile.TemporaryFile() as file:
        _parquet_to(file, columns, rows)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _parquet_to(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> None:
    # the first rows decide the types; a column that is empty there holds text
    writer: pq.ParquetWriter | None = None
    schema = pa.schema([(name, pa.string()) for name in columns])
    for batch in rows:
        if not batch:
            continue
        if writer is None:
            found = pa.Table.from_pylist(list(batch)).select(list(columns)).schema
            schema = pa.schema([(one.name, pa.string() if pa.types.is_null(one.type) else one.type) for one in found])
            writer = pq.ParquetWriter(file, schema)
        writer.write_table(pa.Table.from_pylist(list(batch), schema=schema))
    (writer or pq.ParquetWriter(file, schema)).close()

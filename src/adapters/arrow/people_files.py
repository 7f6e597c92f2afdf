"""Text files, workbooks and Parquet, recognised by their content, read from an open file."""

from __future__ import annotations

import csv
import io
import itertools
import mmap
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

import pyarrow as pa

from adapters.arrow.columns import with_plain_texts
from adapters.arrow.parquet import BoundedParquet, Bounds
from adapters.arrow.parquet_writing import write_rows
from adapters.arrow.tables import first_cells, first_texts, open_rows
from adapters.arrow.texts import bytes_of, parts_of
from adapters.arrow.workbook_rows import MAGIC
from adapters.arrow.workbook_writing import save_workbook
from domain.errors import Flaw, UnreadableFile
from domain.people.people_table import Line
from domain.people.table_reading import ReadingRules
from domain.ports.people_files import KINDS, PeopleFiles, PeopleTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from _typeshed import WriteableBuffer

    from domain.people.people_table import Row
    from domain.people.schema import Schema

MOST_ROWS: Final = 1_000_000
MOST_COLUMNS: Final = 200
MOST_UNPACKED: Final = 512 * 1024 * 1024
"""Bytes of the pages of a Parquet file, unpacked; also of its texts, written out."""
_BOUNDS: Final = Bounds(columns=MOST_COLUMNS, pages=128 * 1024 * 1024, total=MOST_UNPACKED, nested=False)
_READ_AT_ONCE: Final = 8_192
_WRITTEN_AT_ONCE: Final = 16 * 1024 * 1024
"""Bytes of the texts of a batch, written out."""
_PIECE: Final = 256 * 1024
_ARROW_TYPES: Final = {int: pa.int64(), float: pa.float64(), str: pa.string()}
_Bytes: TypeAlias = "mmap.mmap | bytes"


class ArrowPeopleFiles(PeopleFiles):
    """Files are mapped into memory, so many readers share one without a copy; a map ends with its last reader.

    Args:
        most_rows: a file with more rows is refused.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self.most_rows = most_rows

    def read(self, file: IO[bytes], schema: Schema, kinds: Collection[str] = KINDS) -> PeopleTable:
        """Recognise the kind of a file, and open it."""
        data = _bytes_of(file)
        if not data[:1]:
            raise UnreadableFile(Flaw.EMPTY, "the file is empty")
        kind = "parquet" if data[:4] == b"PAR1" else "workbook" if data[:4] == MAGIC else "text"
        if kind not in kinds:
            raise UnreadableFile(Flaw.KIND, f"this is a {kind} file, and not {' or '.join(kinds)}")
        return _Parquet(data, self.most_rows) if kind == "parquet" else _Rows(data, schema, self.most_rows, kind)

    def write(
        self,
        kind: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Row]],
        types: Mapping[str, type[float | str]],
    ) -> Iterator[bytes]:
        """Yield the content piece by piece."""
        if kind == "csv":
            return _write_csv(columns, rows)
        return _write_parquet(columns, rows, types) if kind == "parquet" else _write_xlsx(columns, rows)


class _Rows(PeopleTable):
    """A text file or a workbook."""

    def __init__(self, data: _Bytes, schema: Schema, most_rows: int, kind: str) -> None:
        self._data, self._most_rows, self.kind = data, most_rows, kind
        self._source = open_rows(self._opened, ReadingRules(schema))
        self.columns, self.header, self.notes = self._source.names, self._source.header, self._source.notes
        self.semicolons = self._source.semicolons
        self._first: dict[str, Iterable[object]] = {}
        if len(self.columns) > MOST_COLUMNS:
            raise UnreadableFile(Flaw.LARGE, f"the file has {len(self.columns)} columns; {MOST_COLUMNS} are allowed")

    def cells(self, column: str) -> Iterable[object]:
        if not self._first:
            self._first = dict(zip(self.columns, first_cells(self._source), strict=True))
        return self._first[column]

    def batches(self, at_once: int) -> Iterator[Sequence[Line]]:
        rows = self._lines()
        done = 0
        while batch := list(itertools.islice(rows, at_once)):
            done += len(batch)
            _refuse_more(done, self._most_rows)
            yield batch

    def close(self) -> None:
        del self._data

    def _lines(self) -> Iterator[Line]:
        for line, cells, broken in self._source.rows():
            row = dict(zip(self.columns, cells, strict=False))
            yield Line(line, row, broken, len(cells) if broken else 0)

    def _opened(self) -> IO[bytes]:
        return io.BufferedReader(_Mapped(self._data), _PIECE)


class _Mapped(io.RawIOBase):
    """A reader with a position of its own over bytes that other readers share."""

    def __init__(self, data: _Bytes) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, room: WriteableBuffer, /) -> int:
        view = memoryview(room)
        piece = self._data[self._at : self._at + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class _Parquet(PeopleTable):
    kind = "parquet"

    def __init__(self, data: _Bytes, most_rows: int) -> None:
        self._buffer = pa.py_buffer(data)
        opened = self._open()
        if opened.rows == 0:
            raise UnreadableFile(Flaw.EMPTY, "the file has no rows")
        _refuse_more(opened.rows, most_rows)
        self.columns, self.header, self.notes, self.semicolons = opened.names, 1, (), False

    def cells(self, column: str) -> Iterable[object]:
        opened = BoundedParquet(pa.BufferReader(self._buffer), needed=lambda name: name == column, bounds=_BOUNDS)
        return first_texts(opened, column)

    def batches(self, at_once: int) -> Iterator[Sequence[Line]]:
        written = 0
        numbers = itertools.count(self.header + 1)
        for batch in self._open().batches(max(at_once, _READ_AT_ONCE)):
            if (written := written + bytes_of(batch)) > MOST_UNPACKED:
                message = f"its texts, written out, have more than {MOST_UNPACKED:,} bytes"
                raise UnreadableFile(Flaw.LARGE, message)
            # rows share a text that repeats, until somebody writes them out
            texts = [
                with_plain_texts(column.dictionary).to_pylist() if isinstance(column, pa.DictionaryArray) else None
                for column in batch
            ]
            pieces = (batch.slice(start, at_once) for start in range(0, len(batch), at_once))
            for part in (part for piece in pieces for part in parts_of(piece, _WRITTEN_AT_ONCE)):
                columns = [_values(column, of) for column, of in zip(part, texts, strict=True)]
                rows = (dict(zip(self.columns, values, strict=True)) for values in zip(*columns, strict=True))
                yield [Line(number, row) for row, number in zip(rows, numbers, strict=False)]

    def close(self) -> None:
        del self._buffer

    def _open(self) -> BoundedParquet:
        return BoundedParquet(pa.BufferReader(self._buffer), bounds=_BOUNDS)


def _values(column: Any, texts: Sequence[Any] | None) -> Sequence[Any]:
    if texts is None:
        return with_plain_texts(column).to_pylist()
    return [None if i is None else texts[i] for i in column.indices.to_pylist()]


def _bytes_of(file: IO[bytes]) -> _Bytes:
    """Return the bytes of a file and close it: the map holds a descriptor of its own."""
    with file:
        if isinstance(file, io.BytesIO):
            return file.getvalue()
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file cannot be mapped
            return b""


def _refuse_more(rows: int, allowed: int) -> None:
    if rows > allowed:
        raise UnreadableFile(Flaw.LARGE, f"the file has more than {allowed:,} rows")


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for batch in itertools.chain(rows, [()]):  # the header comes also where no row does
        writer.writerows(batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _write_parquet(
    columns: Sequence[str], rows: Iterable[Sequence[Row]], types: Mapping[str, type[float | str]]
) -> Iterator[bytes]:
    """Write to a temporary file first: a Parquet file is complete only with its footer."""
    with tempfile.TemporaryFile() as file:
        write_rows(file, columns, rows, {name: _ARROW_TYPES[kind] for name, kind in types.items()})
        yield from _pieces(file)


def _write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Write to a temporary file first: the list of an archive's parts stands at its end."""
    with tempfile.TemporaryFile() as file:
        save_workbook(columns, ([row.get(name) for name in columns] for batch in rows for row in batch), file)
        yield from _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece

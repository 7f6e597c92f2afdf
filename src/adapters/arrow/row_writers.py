"""One writer of rows with their answers for each format of a file that grows.

Parquet grows in pieces, each a sequence of row groups whose offsets count from the beginning of the whole file; one
footer at the end names all of them (Apache Parquet, "File Format": readers begin at the footer, and bytes that no
offset points to are not read).
"""

from __future__ import annotations

import csv
import io
import os
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.arrow.answers import OURS, TYPES, Answers
from adapters.arrow.columns import with_plain_texts
from adapters.arrow.parquet_writing import held_by, write_rows
from adapters.arrow.waiting_rows import columns_of, objects
from adapters.arrow.workbook_writing import write_workbook
from domain.people.people_table import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from adapters.arrow.reading import Row

_MONEY: Final = frozenset(ANSWERS[:4])

_ROWS: Final = 10_000
"""Rows of a row group of Parquet that is written in one go."""
_MAGIC: Final = b"PAR1"
_FOOTER_END: Final = 8


def parquet_writer(sink: pa.NativeFile, schema: pa.Schema) -> pq.ParquetWriter:
    """Begin a Parquet file of answers."""
    # amounts hardly repeat: a dictionary of them takes a third of the time and a fifth of the space
    named = [name for name in schema.names if name not in _MONEY]
    return pq.ParquetWriter(sink, schema, use_dictionary=named)  # type: ignore[arg-type]  # stubs: bool only


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose texts are texts, though the file holds them as bytes."""
    return pa.RecordBatch.from_arrays([with_plain_texts(column) for column in batch.columns], names=batch.schema.names)


class _Lines:
    """A writer of lines, which needs no footer."""

    def __init__(self, file: IO[bytes], _: Sequence[int]) -> None:
        self._file = file

    def end_piece(self) -> None:
        """Do nothing: lines are complete as they are."""

    def abandon(self) -> None:
        """Do nothing: the writer holds no resource besides the file."""

    def finish(self, pieces: Sequence[int]) -> None:
        """Do nothing: a file of lines has no footer."""

    def close(self, place: Path) -> None:
        """Do nothing: the lines are the final content."""


class _JsonLines(_Lines):
    def write(self, batch: pa.RecordBatch | list[Row], answers: Answers) -> None:
        rows = batch if isinstance(batch, list) else _readable(batch).to_pylist()
        # nanoseconds are of a type of pandas, if it is installed
        self._file.write(msgspec.json.Encoder(enc_hook=str).encode_lines(answers.of_rows(rows)))


class _Workbook(_JsonLines):
    """Grows as JSON Lines: a workbook is an archive, which is written in one go."""

    def close(self, place: Path) -> None:
        """Write the workbook in place of the lines."""
        draft = place.with_name(f"{place.name}.workbook")
        write_workbook(self._file, draft)
        draft.replace(place)


class _ParquetOfObjects(_JsonLines):
    """Grows as JSON Lines: only the last object shows which keys there are, and of which types."""

    def close(self, place: Path) -> None:
        """Write the Parquet file in place of the lines."""
        draft = place.with_name(f"{place.name}.parquet")
        columns, _ = columns_of(self._file)
        rows = objects(self._file)
        with draft.open("wb") as file:
            write_rows(file, columns, iter(lambda: [*islice(rows, _ROWS)], []), TYPES)
        draft.replace(place)


class _Csv(_Lines):
    _names: list[str] | None = None

    def write(self, batch: pa.RecordBatch | list[Row], answers: Answers) -> None:
        if not len(batch):
            return
        text = io.StringIO(newline="")
        if isinstance(batch, list):
            names = self._begun(text, lambda: answers.names_of(batch))
            csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore").writerows(answers.of_rows(batch))
        else:
            table = answers.beside(pa.Table.from_batches([_readable(batch)]))
            self._begun(text, lambda: table.schema.names)
            rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
            csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.write(text.getvalue().encode())

    def _begun(self, text: io.StringIO, names: Callable[[], list[str]]) -> list[str]:
        """Return the names of the columns: those of the first rows, also for a file that is continued later."""
        if self._names is None and self._file.tell():
            self._file.seek(0)
            self._names = next(
                csv.reader(io.TextIOWrapper(io.BytesIO(self._file.read()), encoding="utf-8", newline=""))
            )
            self._file.seek(0, io.SEEK_END)
        elif self._names is None:
            self._names = names()
            csv.writer(text, lineterminator="\n").writerow(self._names)
        return self._names


class _Parquet:
    def __init__(self, file: IO[bytes], pieces: Sequence[int]) -> None:
        self._file = file
        self._sink: pa.NativeFile | None = None
        self._piece: pq.ParquetWriter | None = None
        self._schema: pa.Schema | None = None
        if pieces:
            fields = self._footer(pieces[0]).schema.to_arrow_schema()
            self._schema = pa.schema([(column.name, column.type) for column in fields if column.name not in OURS])
            file.seek(0, io.SEEK_END)

    def write(self, batch: pa.RecordBatch | list[Row], answers: Answers) -> None:
        if not len(batch):
            return
        table = self._answered(cast("pa.RecordBatch", batch), answers)  # lists have a writer of their own
        if self._piece is None:
            # Arrow begins a file at offset 0 only, but what is appended goes to the end wherever the pointer stands,
            # and takes it along: all offsets count from the beginning of the whole file
            self._sink = sink = pa.OSFile(self._file.name, "ab")
            os.lseek(sink.fileno(), 0, os.SEEK_SET)
            self._piece = parquet_writer(sink, table.schema)
        self._piece.write_table(table, row_group_size=len(table))

    def end_piece(self) -> None:
        if self._piece is not None and self._sink is not None:
            self._piece.close()
            self._sink.close()
            self._piece = None
            self._file.seek(0, io.SEEK_END)

    def abandon(self) -> None:
        """Close Arrow's writer: it would write a footer at the end of the file when it is collected as garbage."""
        if self._piece is not None and self._sink is not None:
            try:
                self._piece.close()
            finally:
                self._sink.close()

    def finish(self, pieces: Sequence[int]) -> None:
        """Write one footer for the row groups of all pieces."""
        first, *others = pieces or (0,)
        if not others:
            return  # a single piece is a whole file
        whole = self._footer(first)
        for end in others:
            whole.append_row_groups(self._footer(end))
        footer = io.BytesIO()
        whole.write_metadata_file(footer)
        self._file.seek(0, io.SEEK_END)
        self._file.write(footer.getvalue()[len(_MAGIC) :])

    def close(self, place: Path) -> None:
        """Do nothing: the footer was written."""

    def _footer(self, end: int) -> pq.FileMetaData:
        self._file.seek(end - _FOOTER_END)
        size = int.from_bytes(self._file.read(4), "little")
        self._file.seek(end - _FOOTER_END - size)
        return pq.read_metadata(pa.BufferReader(_MAGIC + self._file.read(size + _FOOTER_END)))

    def _answered(self, batch: pa.RecordBatch, answers: Answers) -> pa.Table:
        table = pa.Table.from_batches([batch])
        if self._schema is None:
            names = [name for name in table.schema.names if name not in OURS]
            self._schema = pa.schema([table.schema.field(name) for name in names])
        elif table.schema.names == self._schema.names:  # the first rows decide the types
            table = held_by(self._schema, table)
        return answers.beside(table)


RowWriter: TypeAlias = _Csv | _JsonLines | _Workbook | _Parquet | _ParquetOfObjects
WRITERS: Final[Mapping[str, type[RowWriter]]] = {
    ".csv": _Csv, ".xlsx": _Workbook, ".parquet": _Parquet, ".jsonl": _JsonLines,
}  # fmt: skip
"""The writer of each ending that a file may have."""
WRITERS_OF_OBJECTS: Final[Mapping[str, type[RowWriter]]] = {**WRITERS, ".parquet": _ParquetOfObjects}
"""The writer of each ending for rows that are objects of JSON, whose keys and types may change from row to row."""

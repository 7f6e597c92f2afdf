"""Answers beside their rows, in a file that grows; an interrupted file continues from its last state.

Until it is whole, the file lies beside its place under a temporary name, with a small file that records its progress.
Parquet grows in pieces, each a sequence of row groups whose offsets count from the beginning of the whole file; one
footer at the end names all of them (Apache Parquet, "File Format": readers begin at the footer, and bytes that no
offset points to are not read).
"""

from __future__ import annotations

import csv
import io
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.arrow.answers import OURS, Answers
from adapters.arrow.columns import takeable
from adapters.arrow.parquet_writing import held_by
from adapters.arrow.reading import ending_of, unusable
from adapters.arrow.workbook_writing import write_workbook
from adapters.common.locks import try_lock
from domain.errors import HomeInUse
from domain.people.people_table import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from adapters.arrow.reading import Row
    from domain.costs.estimate_columns import PublishedColumns

WRITTEN: Final = (".csv", ".xlsx", ".parquet", ".jsonl")
"""Endings of the files that are written."""
_MONEY: Final = frozenset(ANSWERS[:4])

_MAGIC: Final = b"PAR1"
_FOOTER_END: Final = 8


class _State(msgspec.Struct):
    """The progress of a file: how much of it is complete."""

    job: dict[str, str]
    rows: int = 0
    size: int = 0
    pieces: list[int] = []  # msgspec copies it
    notes: msgspec.Raw = msgspec.Raw(b"null")


@dataclass
class GrowingFile:
    """A file of answers that is not whole yet.

    Args:
        state: the progress.
        rows: the writer of its format.
    """

    state: _State
    _file: IO[bytes]
    _place: Path
    _rows: _Csv | _JsonLines | _Workbook | _Parquet = field(init=False)

    def __post_init__(self) -> None:
        kinds = {".csv": _Csv, ".jsonl": _JsonLines, ".xlsx": _Workbook, ".parquet": _Parquet}
        self._rows = kinds[ending_of(self._place, WRITTEN)](self._file, self.state.pieces)

    @property
    def done(self) -> int:
        """Return the number of rows of the input whose answers the file holds."""
        return self.state.rows

    @property
    def notes(self) -> bytes:
        """Return the notes of the last call of `keep`, as JSON; ``null`` if there was none."""
        return bytes(self.state.notes)

    def write(
        self, rows: pa.RecordBatch | list[Row], published: PublishedColumns, places: Sequence[int] | None = None
    ) -> None:
        """Write rows with their answers, which belong to the rows at ``places``, or to all rows."""
        try:
            self._rows.write(rows, Answers(published, len(rows), places))
        except (pa.ArrowException, ValueError, OverflowError) as error:
            raise unusable(
                self._place, f"a column changes its type, which Parquet cannot hold; .jsonl can: {error}"
            ) from error

    def keep(self, rows: int, notes: bytes) -> None:
        """Make the answers to the first ``rows`` of the input, and some notes, durable."""
        self._rows.end_piece()
        self._file.flush()
        size = self._file.tell()
        pieces = [*self.state.pieces, size] if size > self.state.size else self.state.pieces
        self.state = _State(self.state.job, rows, size, pieces, msgspec.Raw(notes))
        beside = _state_of(self._place)
        new = beside.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(self.state))
        new.replace(beside)

    def abandon(self) -> None:
        """Stop writing to the file, also when this object is collected as garbage."""
        with suppress(OSError, pa.ArrowException):  # whatever follows the last `keep` is cut off later
            self._rows.abandon()

    def finish(self) -> None:
        """Complete the file and move it to its place."""
        self._rows.finish(self.state.pieces)
        self._file.flush()
        if self._file.tell():
            self._rows.close(_unfinished(self._place))
            _unfinished(self._place).replace(self._place)
        else:
            _unfinished(self._place).unlink()
        _state_of(self._place).unlink(missing_ok=True)


@contextmanager
def growing(place: Path, job: Mapping[str, str]) -> Iterator[GrowingFile]:
    """Open a file that appears in its place when the block ends; after an error it can be continued later.

    Args:
        place: the final path of the file.
        job: everything that the answers depend on: a file of another job is begun anew.

    Raises:
        ConfigurationError: for another ending.
        InvalidInput: if it cannot be written.
        HomeInUse: if another process writes it.
    """
    ending_of(place, WRITTEN)
    try:
        with _unfinished(place).open("ab+") as file:
            if not try_lock(file):
                message = f"{place.name} is being written by another process"
                raise HomeInUse(message)
            state = _read_state(place, job, file)
            file.truncate(state.size)
            file.seek(0, io.SEEK_END)
            grown = GrowingFile(state, file, place)
            try:
                yield grown
            except BaseException:
                grown.abandon()
                if not grown.done:
                    _unfinished(place).unlink(missing_ok=True)
                    _state_of(place).unlink(missing_ok=True)
                raise
            grown.finish()
    except OSError as error:
        raise unusable(place, f"cannot be written: {error.strerror or error}") from error


def _read_state(place: Path, job: Mapping[str, str], file: IO[bytes]) -> _State:
    """Return the recorded progress; an empty one if it belongs to another job, or the file is shorter than recorded."""
    try:
        state = msgspec.json.decode(_state_of(place).read_bytes(), type=_State)
    except (OSError, msgspec.DecodeError):
        return _State(dict(job))
    return state if state.job == job and file.seek(0, io.SEEK_END) >= state.size else _State(dict(job))


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name}.unfinished")


def _state_of(place: Path) -> Path:
    return place.with_name(f".{place.name}.state")


def parquet_writer(sink: pa.NativeFile, schema: pa.Schema) -> pq.ParquetWriter:
    """Begin a Parquet file of answers."""
    # amounts hardly repeat: a dictionary of them takes a third of the time and a fifth of the space
    named = [name for name in schema.names if name not in _MONEY]
    return pq.ParquetWriter(sink, schema, use_dictionary=named)  # type: ignore[arg-type]  # stubs: bool only


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose texts are texts, though the file holds them as bytes."""
    return pa.RecordBatch.from_arrays([takeable(column) for column in batch.columns], names=batch.schema.names)


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
        self._file.seek(0)
        draft = place.with_name(f"{place.name}.workbook")
        write_workbook(self._file, draft)
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
        table = self._answered(batch, answers)
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

    def _answered(self, batch: pa.RecordBatch | list[Row], answers: Answers) -> pa.Table:
        if not isinstance(batch, list):
            table = pa.Table.from_batches([batch])
            if self._schema is None:
                names = [name for name in table.schema.names if name not in OURS]
                self._schema = pa.schema([table.schema.field(name) for name in names])
            elif table.schema.names == self._schema.names:  # the first rows decide the types
                table = held_by(self._schema, table)
        else:
            table = pa.Table.from_pylist(batch)
            if self._schema is not None:
                table = held_by(self._schema, table)
            else:  # the first rows decide the types; a column that is empty there holds text
                nulls = [
                    pa.field(column.name, pa.string() if pa.types.is_null(column.type) else column.type)
                    for column in table.schema
                ]
                self._schema = pa.schema(nulls)
                table = table.cast(self._schema)
        return answers.beside(table)

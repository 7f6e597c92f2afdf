"""Answers beside their rows, in a file that grows; an interrupted file continues from its last state.

Until it is whole, the file lies beside its place under a temporary name, with a small file that records its progress.
"""

from __future__ import annotations

import io
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import msgspec
import pyarrow as pa

from adapters.arrow.answers import Answers
from adapters.arrow.reading import ending_of, unusable
from adapters.arrow.row_writers import WRITERS, WRITERS_OF_OBJECTS, RowWriter
from adapters.common.locks import try_lock
from domain.errors import HomeInUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from adapters.arrow.reading import Row
    from domain.costs.estimate_columns import PublishedColumns


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
        objects: whether the rows are objects of JSON.
    """

    state: _State
    _file: IO[bytes]
    _place: Path
    objects: bool = False
    _rows: RowWriter = field(init=False)

    def __post_init__(self) -> None:
        writers = WRITERS_OF_OBJECTS if self.objects else WRITERS
        self._rows = writers[ending_of(self._place, writers)](self._file, self.state.pieces)

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
def growing(place: Path, job: Mapping[str, str], *, objects: bool = False) -> Iterator[GrowingFile]:
    """Open a file that appears in its place when the block ends; after an error it can be continued later.

    Args:
        place: the final path of the file.
        job: everything that the answers depend on: a file of another job is begun anew.
        objects: whether the rows are objects of JSON, whose keys and types may change from row to row.

    Raises:
        ConfigurationError: for another ending.
        InvalidInput: if it cannot be written.
        HomeInUse: if another process writes it.
    """
    ending_of(place, WRITERS)
    try:
        with _unfinished(place).open("ab+") as file:
            if not try_lock(file):
                message = f"{place.name} is being written by another process"
                raise HomeInUse(message)
            state = _read_state(place, job, file)
            file.truncate(state.size)
            file.seek(0, io.SEEK_END)
            grown = GrowingFile(state, file, place, objects)
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

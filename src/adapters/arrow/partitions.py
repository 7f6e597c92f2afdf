"""Folders of Parquet files to be scored, on this machine or in object storage; each file of answers appears whole.

Addresses are those of Arrow's file systems: a folder, ``s3://…``, ``gs://…``, and ``fsspec+…://`` for the file systems
of fsspec. Credentials and end points come from the usual environment of each, such as ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import re
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from adapters.arrow.answers import Answers
from adapters.arrow.facts import people_batches
from adapters.arrow.reading import Batch, parquet_batches
from adapters.arrow.row_writers import parquet_writer
from adapters.arrow.tables import read_parquet
from domain.costs.scoring import ScoringReport
from domain.errors import ConfigurationError, FieldError, InvalidInput, UnreadableFile
from domain.ports.scoring_files import ScoringFile, ScoringRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.costs.estimate_columns import PublishedColumns
    from domain.costs.scoring import PeopleBatch, ScoringJob
    from domain.people.table_reading import ReadingRules

_WILD: Final = "*"
_DRAFT: Final = ".part"
_NOTES: Final = b"medcost"
_OBJECTS: Final = ("s3", "gcs")
"""Types of file systems without folders."""

_CREDENTIALS: Final = (
    "no credentials are found that allow this: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, here "
    "and for every worker"
)
_REMEDIES: Final = {
    "NO_SUCH_BUCKET": "there is no such bucket: make it, or correct the address or AWS_ENDPOINT_URL",
    "NETWORK_CONNECTION": "no S3 answers: correct AWS_ENDPOINT_URL, or let this machine reach it",
    "ACCESS_DENIED": _CREDENTIALS,
    "INVALID_ACCESS_KEY_ID": _CREDENTIALS,
    "SIGNATURE_DOES_NOT_MATCH": _CREDENTIALS,
}
"""What to do about errors of S3, whose codes stand in the text of Arrow's errors."""


class _Note(msgspec.Struct):
    """The metadata of a file of answers, which show that it is done."""

    name: str
    state: str
    report: ScoringReport
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Partition(ScoringFile):
    """A file of people, and the place of its answers; the worker that scores it opens their file systems.

    Args:
        name: the name of both files, below their folders.
        source: address of the people; ``path`` is the file's in that file system.
        path: the file.
        out: address of the answers; ``place`` is the file's in that file system.
        place: the file of answers.
        state: size and time of change, which tell a changed file.
    """

    name: str  # pyrefly: ignore[bad-override]  # frozen: the port only reads it
    source: str
    path: str
    out: str
    place: str
    state: str

    def done(self, job: ScoringJob) -> ScoringReport | None:
        """Read the report from the metadata of the answers."""
        try:
            with _opened(self.out)[0].open_input_file(self.place) as file:
                note = msgspec.json.decode((pq.read_metadata(file).metadata or {}).get(_NOTES, b""), type=_Note)
        except (OSError, pa.ArrowException, msgspec.DecodeError):
            return None
        return note.report if (note.state, note.report.model) == (self._state(job), job.model) else None

    @contextmanager
    def opened(self, job: ScoringJob) -> Iterator[_PartitionRun]:
        """Write a draft beside the place of the answers, and move it there."""
        system, _ = _opened(self.out)
        place = PurePosixPath(self.place)
        # a name of its own: a worker that was given up may still write the same
        draft = str(place.with_name(f".{place.name}.{uuid4().hex}{_DRAFT}"))
        with _telling_of(_shown(self.out, self.place)):
            if system.type_name not in _OBJECTS:  # an empty object in a folder's place would need a right to each level
                system.create_dir(str(place.parent), recursive=True)
            try:
                with system.open_output_stream(draft) as sink, closing(_PartitionRun(self, job, sink)) as run:
                    yield run
                    run.finish(_Note(self.name, self._state(job), run.report))
                system.move(draft, str(place))
            except BaseException:
                with suppress(OSError):
                    system.delete_file(draft)
                raise

    def _state(self, job: ScoringJob) -> str:
        rows = ", every row" if job.every_row else ""
        return f"{self.state}, {job.rules.digest}, chance above {job.above}{rows}"


class _PartitionRun(ScoringRun):
    """A partition whose answers are not in their place yet."""

    def __init__(self, partition: Partition, job: ScoringJob, sink: pa.NativeFile) -> None:
        self.report = ScoringReport(job.model)
        self._partition, self._job, self._sink = partition, job, sink
        self._writer: pq.ParquetWriter | None = None

    def batches(self) -> Iterator[PeopleBatch]:
        """Read all rows."""
        batches = _people_of(self._partition, self._job.at_once, self._job.rules)
        return people_batches(batches, every_row="columns" if self._job.every_row else None)

    def write(self, batch: PeopleBatch, answers: PublishedColumns) -> None:
        """Write rows with their answers."""
        rows = cast("pa.RecordBatch", batch.good_rows)
        table = Answers(answers, len(rows), batch.places).beside(pa.Table.from_batches([rows]))
        if self._writer is None:
            self._writer = parquet_writer(self._sink, table.schema)
        self._writer.write_table(table, row_group_size=len(table) or None)

    def keep(self, report: ScoringReport) -> None:
        """Store the report until the file is whole."""
        self.report = report

    def finish(self, note: _Note) -> None:
        """Write the note into the file's metadata."""
        if self._writer is not None:
            self._writer.add_key_value_metadata({_NOTES: msgspec.json.encode(note)})

    def close(self) -> None:
        """Write the footer, also of a draft: otherwise Arrow tries to when the writer is collected as garbage."""
        if self._writer is not None:
            self._writer.close()


def partitions_of(source: str, out: str) -> list[Partition]:
    """Return the Parquet files that are in a folder, or match a pattern, in the order of their names.

    Names that begin with ``.`` or ``_`` are no data, by the custom of Hive and Spark; ``*`` matches ``/``, too.

    Raises:
        ConfigurationError: if an address is invalid, or answers would lie among the people.
        InvalidInput: if the folder cannot be read, or has no such file.
    """
    source, out = _absolute(source), _absolute(out)
    system, pattern = _opened(source)
    there, place = _opened(out)
    base = pattern.partition(_WILD)[0].rpartition("/")[0] if _WILD in pattern else pattern.rstrip("/")
    if there.equals(system) and PurePosixPath(place).is_relative_to(base):
        message = f"{out} lies in {source}: answers need a folder of their own"
        raise ConfigurationError(message)
    with _telling_of(source):
        listed = cast("list[fs.FileInfo]", system.get_file_info(fs.FileSelector(base, recursive=True)))
    partitions = [
        Partition(name, source, entry.path, out, f"{place.rstrip('/')}/{name}", f"{entry.size} bytes, {entry.mtime_ns}")
        for entry in sorted(listed, key=lambda entry: entry.path)
        if entry.type == fs.FileType.File
        and (name := str(PurePosixPath(entry.path).relative_to(base))).endswith(".parquet")
        if not any(part[0] in "._" for part in PurePosixPath(name).parts)
        if _WILD not in pattern or fnmatchcase(entry.path, pattern)
    ]
    if not partitions:
        raise _unusable(source, "there is no Parquet file")
    return partitions


def _people_of(partition: Partition, at_once: int, rules: ReadingRules) -> Iterator[Batch]:
    """Yield the rows of a partition, ``at_once`` of them at a time; one batch without rows for an empty partition.

    Raises:
        InvalidInput: if it cannot be read.
    """
    shown = _shown(partition.source, partition.path)
    with _telling_of(shown), _opened(partition.source)[0].open_input_file(partition.path) as file:
        are_any = False
        reading = read_parquet(file, rules)
        for batch in parquet_batches(file, at_once, reading):
            are_any = True
            yield batch
        if not are_any:
            schema = pq.read_schema(file)
            yield Batch(reading, schema.names, pa.RecordBatch.from_pylist([], schema=schema), None, {}, 1.0)


def tidy(out: str) -> None:
    """Remove the drafts that killed workers left below a folder.

    Raises:
        InvalidInput: if the folder cannot be read.
    """
    system, base = _opened(_absolute(out))
    with _telling_of(out):
        selector = fs.FileSelector(base, recursive=True, allow_not_found=True)
        listed = cast("list[fs.FileInfo]", system.get_file_info(selector))
    for entry in listed:
        if entry.base_name.startswith(".") and entry.base_name.endswith(_DRAFT):
            with suppress(OSError):
                system.delete_file(entry.path)


def _absolute(address: str) -> str:
    return address if "://" in address else str(Path(address).absolute())


def _opened(address: str) -> tuple[fs.FileSystem, str]:
    try:
        return fs.FileSystem.from_uri(address)
    except (OSError, ValueError, ImportError, pa.ArrowException) as error:
        message = f"{address} is no folder that can be reached: {_why(error)}"
        raise ConfigurationError(message) from error


@contextmanager
def _telling_of(what: str) -> Iterator[None]:
    try:
        yield
    except UnreadableFile as error:
        raise _unusable(what, error.detail) from error
    except (OSError, pa.ArrowException) as error:
        raise _unusable(what, _why(error)) from error


def _why(error: Exception) -> str:
    """Return what to do about an error, if that is known, and the error."""
    named = re.search(r"AWS Error (\w+)", str(error))
    remedy = _REMEDIES.get(named[1]) if named else None
    return f"{remedy} ({error})" if remedy else str(error)


def _shown(address: str, path: str) -> str:
    """Return the address of a file in an address's file system."""
    scheme, separator, _ = address.partition("://")
    return f"{scheme}://{path}" if separator else path


def _unusable(what: str, why: str) -> InvalidInput:
    return InvalidInput([FieldError(what, "file", why)])

"""Files of people as bodies: their format, upload and reading options, and the download of results."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar.response import Stream

from domain.costs.scoring_task import FileKind, ScoringTask
from domain.errors import ConfigurationError, FieldError
from domain.people.matching import ColumnMap, mapped_pair
from entrypoints.http.codecs.batch import BATCH_TYPES, CSV
from entrypoints.http.codecs.decoding import JSON, refuse_compressed
from entrypoints.http.errors import BadRequestFields, Malformed, NoSuchBytes, TooLarge, UnsupportedMediaType, pointed
from entrypoints.http.schemas.problems import BadField
from entrypoints.http.tagged import has_tag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from litestar import Request, Response

    from domain.people.cells import DecimalSign
    from domain.people.schema import Schema
    from domain.ports.job_files import JobFiles, Upload

MEDIA_TYPES: Final[Mapping[str, FileKind]] = {
    **{kind.media_type: kind for kind in FileKind if kind is not FileKind.JSONL},
    **dict.fromkeys((kind for kind in BATCH_TYPES if kind not in (JSON, CSV)), FileKind.JSONL),
}
"""Formats of files by media type; for other media types, the ending of the file's name counts."""
ENDINGS: Final = {
    **{kind.value: kind for kind in FileKind},
    **dict.fromkeys(("tsv", "txt"), FileKind.CSV),
    "ndjson": FileKind.JSONL,
}
_ANY: Final = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""Media types that programs send for files of unknown type."""
_WRITTEN_AT_ONCE: Final = 2**20
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
"""A range of bytes; Python refuses to read numbers of thousands of digits, and no file is that long."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The options of a caller for the reading of a file."""

    name: str
    source: FileKind
    result: str | None
    mapped: tuple[str, ...]
    decimal: DecimalSign
    sheet: str
    above: float | None

    def as_json(self) -> bytes:
        """Return the options as JSON, to compare repeated requests."""
        return msgspec.json.encode(self)

    def task(self, schema: Schema) -> Callable[[str], ScoringTask]:
        """Check the options, and return a factory of the task for the stored file.

        Raises:
            BadRequestFields: if a mapping cannot be meant, or an option is not for this kind of file.
        """
        wrong = []
        if self.sheet and self.source is not FileKind.XLSX:
            wrong.append(BadField("/sheet", "unknown", f"is for Excel workbooks, and the file is {self.source}"))
        if self.decimal and self.source is FileKind.JSONL:
            wrong.append(BadField("/decimal", "unknown", "is for text: the numbers of JSON have a point"))
        if wrong:
            raise BadRequestFields(wrong)
        try:
            pairs = [mapped_pair(text) for text in self.mapped]
            column_map = ColumnMap.of(pairs, schema, decimal=self.decimal)
        except ConfigurationError as error:
            raise BadRequestFields(list(pointed([FieldError("map", "choice", str(error))]))) from error

        def of(folder: str) -> ScoringTask:
            return ScoringTask(
                folder=folder,
                name=self.name,
                source=self.source,
                result=FileKind(self.result) if self.result else self.source,
                columns=column_map.columns,
                words=column_map.words,
                decimal=self.decimal,
                sheet=self.sheet,
                above=self.above,
            )

        return of


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a file that is sent: from ``start`` to before ``end``, in bytes."""

    status: int
    start: int
    end: int
    headers: Mapping[str, str]


def kind_of(request: Request, name: str) -> FileKind:
    """Return the format of a file in a body by its media type or, if that is generic, by its name.

    Raises:
        UnsupportedMediaType: if it is none that is read, or compressed.
    """
    media_type = request.content_type[0].lower()
    ending = ENDINGS.get(name.rpartition(".")[2].lower())
    kind = MEDIA_TYPES.get(media_type) or (ending if media_type in _ANY else None)
    if kind is None:
        message = (
            f"the body must be {', '.join(MEDIA_TYPES)}, not {media_type or 'untyped'}; or application/octet-stream "
            "with `name` in the query, which ends in .csv, .xlsx, .parquet or .jsonl"
        )
        raise UnsupportedMediaType(message)
    refuse_compressed(request)
    return kind


@asynccontextmanager
async def received(
    request: Request, files: JobFiles, kind: FileKind, *, most: int, on_piece: Callable[[bytes], object] | None = None
) -> AsyncIterator[Upload]:
    """Stream a body to a file with a megabyte of memory; the file is erased if the block fails.

    Args:
        request: the request.
        files: store of the file.
        kind: format of the file.
        most: largest size of the body in bytes.
        on_piece: called with each piece of the body, in a thread.

    Raises:
        TooLarge: if it is larger than allowed; at once if its length says so.
        NoRoom: if there is no room for it.
    """
    length = request.headers.get("content-length", "")
    expected = int(length) if length.isdecimal() else 0
    _refuse_larger(expected, most)
    upload = await asyncio.to_thread(files.receive, kind, expected)

    def keep(piece: bytes) -> None:
        upload.write(piece)
        if on_piece:
            on_piece(piece)

    try:
        waiting = bytearray()
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _WRITTEN_AT_ONCE:
                _refuse_larger(upload.size + len(waiting), most)
                await asyncio.to_thread(keep, bytes(waiting))
                waiting.clear()
        _refuse_larger(upload.size + len(waiting), most)
        await asyncio.to_thread(keep, bytes(waiting))
        _refuse_empty(upload.size)
        await asyncio.to_thread(upload.finish)
        yield upload
    except BaseException:
        await asyncio.shield(asyncio.to_thread(upload.discard))
        raise


def part(request: Request, id: UUID, size: int) -> Part:
    """Return the part of a file to send: all, a range (RFC 9110, section 14), or nothing if the caller has it.

    The result of a job never changes, so the job's identifier is a strong entity tag.

    Raises:
        NoSuchBytes: if the range lies behind the end of the file.
    """
    tag = f'"{id}-{size}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes"}
    if has_tag(request, tag):
        return Part(304, 0, 0, headers)
    byte_range = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if not byte_range or not any(byte_range.groups()) or request.headers.get("if-range", tag) != tag:
        return Part(200, 0, size, {**headers, "Content-Length": str(size)})
    first, last = byte_range.groups()
    if first and last and int(last) < int(first):
        return Part(200, 0, size, {**headers, "Content-Length": str(size)})  # no range at all: section 14.1.1
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise NoSuchBytes(size)
    more = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start)}
    return Part(206, start, end, {**headers, **more})


def streamed(pieces: Iterator[bytes], kind: FileKind, status: int, headers: Mapping[str, str]) -> Response[bytes]:
    """Return a response that streams a file in pieces, each read in a thread."""

    async def read() -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece

    stream: Any = Stream(read, status_code=status, media_type=kind.media_type, headers=dict(headers))
    return stream


def _refuse_larger(size: int, most: int) -> None:
    if size > most:
        message = f"a file may have {most / 2**30:g} GB: send the parts of a larger one as several jobs"
        raise TooLarge(message)


def _refuse_empty(size: int) -> None:
    if not size:
        message = "the body is empty: send the file as the body"
        raise Malformed(message)

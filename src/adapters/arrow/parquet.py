"""Parquet files read within bounds: a file of two kilobytes may otherwise unpack to gigabytes.

The headers of the pages, not the footer's claims, bound the memory that decoding takes. Texts stay dictionaries, so
that a value that many rows share is in memory once, and a cell is no longer than a cell of a CSV.
"""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.arrow.leaves import Leaf, largest_window, leaves_of, row_starts_and_sizes
from adapters.arrow.pages import Pages, pages_of
from adapters.arrow.texts import longest_text, parts_of
from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LONGEST_CELL: Final = csv.field_size_limit()
"""The most bytes of a cell, as in CSV."""
_MOST_PAGE: Final = 16 * 1024 * 1024
_LARGEST_FOOTER: Final = 1024 * 1024
_FOOTER_SHARE: Final = 64
"""The footer of a large file may be at most the file's size divided by this."""
_MOST_PAGES: Final = 100_000
_QUESTIONS_AT_ONCE: Final = 16
_LONGEST_LIST: Final = 100_000
"""The most row groups, columns or notes of a footer."""
_BUFFER: Final = 1 << 20
_TAIL: Final = 8
_DELTA_LENGTH, _DELTA = 6, 7
"""Encodings of texts that Arrow cannot keep as dictionaries."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of the memory that a file takes.

    Args:
        columns: the most columns.
        pages: bytes of one page of each column, with its dictionary; of lists, of all pages of a row group.
        batch: bytes of the rows that are read at a time, and of their texts written out.
        total: bytes of all pages together; None for any.
        nested: whether columns may hold lists and structures.
    """

    columns: int = 10_000
    pages: int = 512 * 1024 * 1024
    batch: int = 64 * 1024 * 1024
    total: int | None = None
    nested: bool = True


_USUAL: Final = Bounds()


class BoundedParquet:
    """A Parquet file whose decoding is bounded.

    Args:
        file: read at offsets; it stays the caller's to close.
        needed: which columns are read, by their names; all of them by default.
        bounds: how much may be in memory.

    Raises:
        UnreadableFile: if the file is damaged, or would need more memory than its bounds allow.
    """

    def __init__(
        self, file: pa.NativeFile, *, needed: Callable[[str], bool] | None = None, bounds: Bounds = _USUAL
    ) -> None:
        self._file, self._bounds = file, bounds
        with _explained():
            _refuse_large_footer(file)
            with pq.ParquetFile(file, thrift_container_size_limit=_LONGEST_LIST) as opened:
                self.metadata: pq.FileMetaData = opened.metadata
                self.schema: pa.Schema = opened.schema_arrow
                leaves = leaves_of(opened.schema, self.schema)
        if len(self.schema) > bounds.columns:
            message = f"the file has {len(self.schema):,} columns; {bounds.columns:,} are allowed"
            raise UnreadableFile(Flaw.LARGE, message)
        if len(set(self.schema.names)) < len(self.schema.names):
            raise UnreadableFile(Flaw.BROKEN, "two columns have the same name")
        self.names: Sequence[str] = [name for name in self.schema.names if needed is None or needed(name)]
        nested = (name for name in self.names if pa.types.is_nested(self.schema.field(name).type))
        if not bounds.nested and (name := next(nested, None)) is not None:
            message = f"column {name!r} holds lists or structures, not single values: leave it out"
            raise UnreadableFile(Flaw.BROKEN, message)
        self._leaves = [leaf for leaf in leaves if leaf.column in set(self.names)]
        # a file in object storage answers many questions at a time, but each takes its time
        is_near = isinstance(file, pa.OSFile | pa.BufferReader)
        with _explained(), ThreadPoolExecutor(1 if is_near else _QUESTIONS_AT_ONCE) as threads:
            self._pages = list(threads.map(self._walk, self._leaves))
        self._refuse_large_pages()

    @property
    def rows(self) -> int:
        """Return the number of rows in the file."""
        return self.metadata.num_rows

    @property
    def types(self) -> pa.Schema:
        """Return the types of the needed columns, as the file has them."""
        fields = [pa.field(name, self.schema.field(name).type) for name in self.names]
        return pa.schema(fields, self.schema.metadata)

    def batches(self, at_once: int) -> Iterator[pa.RecordBatch]:
        """Yield the needed columns, at most ``at_once`` rows at a time, texts as dictionaries.

        Raises:
            UnreadableFile: if the file is damaged, or holds a text that is longer than a cell may be.
        """
        texts: list[Any] = [
            leaf.place
            for leaf, groups in zip(self._leaves, self._pages, strict=True)
            if leaf.is_text and not any(_DELTA_LENGTH in pages.encodings for pages in groups)
        ]
        with (
            _explained(),
            pq.ParquetFile(
                self._file, metadata=self.metadata, read_dictionary=texts, buffer_size=_BUFFER, pre_buffer=False
            ) as opened,
        ):
            rows, names = self._fitting(at_once), list(self.names)
            groups = range(opened.num_row_groups)  # each by itself: Arrow joins no dictionaries below lists
            for batch in chain.from_iterable(
                opened.iter_batches(rows, row_groups=[i], columns=names, use_threads=False) for i in groups
            ):
                if batch.schema.names != self.names:
                    raise UnreadableFile(Flaw.BROKEN, "two columns have names that are alike")
                batch.validate(full=True)  # a damaged dictionary may have fewer texts than rows name
                for name, column in zip(self.names, batch.columns, strict=True):
                    if (longest := longest_text(column)) > LONGEST_CELL:
                        raise _long(name, longest)
                yield batch

    def plain(self, at_once: int) -> Iterator[pa.RecordBatch]:
        """Yield the needed columns in the types of the file, so few rows at a time that their texts keep the bounds.

        Small row groups come together, up to ``at_once`` rows.

        Raises:
            UnreadableFile: if the file is damaged, or holds a text that is longer than a cell may be.
        """
        waiting: list[pa.RecordBatch] = []
        rows = size = 0
        with _explained():
            for part in self._parts(at_once):
                plain = self.in_types(part)
                if waiting and (rows + len(plain) > at_once or size + plain.nbytes > self._bounds.batch):
                    yield pa.concat_batches(waiting)
                    waiting, rows, size = [], 0, 0
                waiting.append(plain)
                rows, size = rows + len(plain), size + plain.nbytes
            if waiting:
                yield pa.concat_batches(waiting)

    def in_types(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch with its columns in the types of the file."""
        columns = [_as_type(column, kind) for column, kind in zip(batch.columns, self.types.types, strict=True)]
        return pa.RecordBatch.from_arrays(columns, schema=self.types)

    def _parts(self, at_once: int) -> Iterator[pa.RecordBatch]:
        """Yield batches whose texts keep the bounds, of at most ``at_once`` rows."""
        room = at_once
        for batch in self.batches(at_once):
            for start, end in pairwise(sorted({0, min(room, len(batch)), len(batch)})):
                yield from parts_of(batch.slice(start, end - start), self._bounds.batch)
                room = (room - (end - start)) or at_once

    def _walk(self, leaf: Leaf) -> list[Pages]:
        groups: list[Pages] = []
        left = _MOST_PAGES + self._file.size() // 1024
        for i in range(self.metadata.num_row_groups):
            chunk = self.metadata.row_group(i).column(leaf.place)
            if not chunk.num_values:  # Arrow reads no page then, and its writer leaves no offset of one
                continue
            start = chunk.data_page_offset
            if chunk.has_dictionary_page and 0 < (chunk.dictionary_page_offset or 0) < start:
                start = chunk.dictionary_page_offset
            end = start + chunk.total_compressed_size
            if start < 0 or end > self._file.size():
                raise UnreadableFile(Flaw.BROKEN, f"column {leaf.column!r} ends behind the end of the file")
            pages = pages_of(self._file, start, end, most=left)
            left -= len(pages.sizes)
            groups.append(pages)
        return groups

    def _refuse_large_pages(self) -> None:
        together = total = 0
        for leaf, groups in zip(self._leaves, self._pages, strict=True):
            largest = max((max(pages.dictionary, *pages.sizes, 0) for pages in groups), default=0)
            if largest > _MOST_PAGE:
                message = f"a page of column {leaf.column!r} unpacks to {largest:,} bytes; {_MOST_PAGE:,} are allowed"
                raise UnreadableFile(Flaw.LARGE, message)
            if leaf.width > LONGEST_CELL:
                raise _long(leaf.column, leaf.width)
            encodings = set[int]().union(*(pages.encodings for pages in groups))
            if leaf.is_text and (
                _DELTA in encodings or (_DELTA_LENGTH in encodings and any(pages.dictionary for pages in groups))
            ):
                message = f"column {leaf.column!r} is encoded by differences: write it plainly or with a dictionary"
                raise UnreadableFile(Flaw.BROKEN, message)
            together += max((leaf.needs(pages) for pages in groups), default=0)
            total += sum(pages.dictionary + sum(pages.sizes) for pages in groups)
        if together > self._bounds.pages:
            message = f"its columns need {together:,} bytes at a time; {self._bounds.pages:,} are allowed"
            raise UnreadableFile(Flaw.LARGE, message)
        if self._bounds.total is not None and total > self._bounds.total:
            message = f"unpacked, the file has {total:,} bytes; {self._bounds.total:,} are allowed"
            raise UnreadableFile(Flaw.LARGE, message)

    def _fitting(self, at_once: int) -> int:
        """Return the number of rows, up to ``at_once``, that surely fit into memory."""
        width = sum(leaf.width for leaf in self._leaves if not leaf.is_repeated) or 1
        rows = max(1, min(at_once, self._bounds.batch // width))
        texts = [
            row_starts_and_sizes(groups)
            for leaf, groups in zip(self._leaves, self._pages, strict=True)
            if leaf.is_text and not leaf.is_repeated
        ]
        while rows > 1 and sum(largest_window(starts, sizes, rows) for starts, sizes in texts) > self._bounds.batch:
            rows //= 2
        return rows


def _refuse_large_footer(file: pa.NativeFile) -> None:
    size = file.size()
    tail = file.read_at(_TAIL, max(0, size - _TAIL))
    footer = int.from_bytes(tail[:4], "little")
    most = max(_LARGEST_FOOTER, size // _FOOTER_SHARE)
    if tail[4:] == b"PAR1" and most < footer <= size:
        message = f"the description at the end of the file has {footer:,} bytes; {most:,} are allowed"
        raise UnreadableFile(Flaw.LARGE, message)


def _long(name: str, longest: int) -> UnreadableFile:
    message = f"column {name!r} has a cell of {longest:,} bytes; {LONGEST_CELL:,} are allowed"
    return UnreadableFile(Flaw.LARGE, message)


def _as_type(column: Any, kind: pa.DataType) -> pa.Array:
    if column.type == kind:
        return column
    return (
        column.dictionary.take(column.indices).cast(kind)
        if isinstance(column, pa.DictionaryArray)
        else column.cast(kind)
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last for names
        raise UnreadableFile(Flaw.BROKEN, str(error).split("\n", 1)[0]) from error

"""The pages of a Parquet column as their own headers describe them, read without unpacking any page.

The footer of a file may claim any size; a reader allocates what a page's header says. Headers are Thrift structures in
the compact protocol (Apache Parquet, "parquet.thrift"; Apache Thrift, "Thrift compact protocol encoding").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_HEADERS: Final = {_DATA: 5, _DICTIONARY: 7, _DATA_V2: 8}
"""Fields of a page header that describe a kind of page."""
# kinds of values in the compact protocol that headers hold
_TRUE, _FALSE, _BYTE, _INTEGERS, _TEXT, _STRUCTURE = 1, 2, 3, (4, 5, 6), 8, 12
_CONTINUES: Final = 0x80
"""The bit that is set in each byte of an integer but the last."""
_INTEGER_BITS: Final = 64
_WINDOW: Final = 1 << 12
_LONGEST_HEADER: Final = 1 << 18


@dataclass(slots=True)
class Pages:
    """The memory that the pages of one column chunk need.

    Args:
        dictionary: bytes of the dictionary page, unpacked; 0 if there is none.
        sizes: bytes of each data page, unpacked.
        rows: number of values in each data page.
        encodings: the encodings of the data pages, by their numbers in the format.
    """

    dictionary: int = 0
    sizes: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    encodings: set[int] = field(default_factory=set)


def pages_of(file: pa.NativeFile, start: int, end: int, *, most: int) -> Pages:
    """Walk over the page headers of a column chunk.

    Args:
        file: the Parquet file; it is read at offsets, so several threads may share it.
        start: offset of the first page.
        end: offset behind the last page.
        most: the most pages that a chunk may have.

    Raises:
        UnreadableFile: for headers that are damaged, or more of them than are allowed.
    """
    pages = Pages()
    for count, header in enumerate(_headers(file, start, end)):
        if count >= most:
            raise UnreadableFile(Flaw.LARGE, f"the file has more than {most:,} pages: write it anew with larger ones")
        kind, size = _whole(header, 1), _whole(header, 2)
        about = header.get(_HEADERS.get(kind, 0))
        if not isinstance(about, dict):  # an index page, which no reader unpacks
            continue
        if kind == _DICTIONARY:
            pages.dictionary = max(pages.dictionary, size)
        else:
            pages.sizes.append(size)
            pages.rows.append(_whole(about, 1))
            pages.encodings.add(_whole(about, 2 if kind == _DATA else 4))
    return pages


def _headers(file: pa.NativeFile, start: int, end: int) -> Iterator[dict[int, Any]]:
    window, base = b"", start
    while start < end:
        if start - base + _WINDOW > len(window):
            base, window = start, file.read_at(_WINDOW * 4, start)
        try:
            header, length = _struct(window, start - base)
        except IndexError:  # rare: the header holds long statistics
            base, window = start, file.read_at(_LONGEST_HEADER, start)
            try:
                header, length = _struct(window, 0)
            except (IndexError, RecursionError) as error:
                raise _damaged() from error
        except RecursionError as error:
            raise _damaged() from error
        start = base + length + _whole(header, 3)
        yield header


def _whole(fields: dict[int, Any], number: int) -> int:
    value = fields.get(number)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _damaged()
    return value


def _damaged() -> UnreadableFile:
    return UnreadableFile(Flaw.BROKEN, "the header of a page is damaged")


def _struct(data: bytes, at: int) -> tuple[dict[int, Any], int]:
    """Return the fields of a structure by their numbers, and the position behind it."""
    fields: dict[int, Any] = {}
    number = 0
    while True:
        head = data[at]
        at += 1
        if not head:
            return fields, at
        kind = head & 0x0F
        if step := head >> 4:
            number += step
        else:
            number, at = _integer(data, at)
        if kind in (_TRUE, _FALSE):  # a truth value lies in the field's own head
            fields[number] = kind == _TRUE
        else:
            fields[number], at = _value(data, at, kind)


def _value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _integer(data, at)
    if kind == _BYTE:
        return data[at], at + 1
    if kind == _TEXT:
        length, at = _varint(data, at)
        return None, at + length
    if kind == _STRUCTURE:
        return _struct(data, at)
    raise _damaged()  # page headers hold nothing else


def _integer(data: bytes, at: int) -> tuple[int, int]:
    zigzag, at = _varint(data, at)
    return (zigzag >> 1) ^ -(zigzag & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & _CONTINUES:
            return value, at
        shift += 7
        if shift >= _INTEGER_BITS:
            raise _damaged()

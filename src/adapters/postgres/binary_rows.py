"""Rows in PostgreSQL's binary format of COPY, made column by column.

A row is the number of its fields; a field is the number of its bytes, or -1 for null, and the bytes. All numbers are
big-endian (PostgreSQL's documentation of COPY, "Binary Format").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, repeat
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Boolean, DateTime, Double, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Column

BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""The bytes before the first row."""
END: Final = b"\xff\xff"
"""The bytes behind the last row."""

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_COUNT: Final = Struct("!h")
_LENGTH: Final = Struct("!i")
_NULL: Final = _LENGTH.pack(-1)
_REPEATED: Final = 4
"""A column is encoded value by value where a value stands in fewer rows than this, and else each value once."""


def rows(columns: Sequence[Column[Any]], values: Sequence[Sequence[Any]]) -> bytes:
    """Encode rows, given the values of each column; JSON as text.

    Raises:
        struct.error: if a number is too large for its column.
    """
    fields = [
        _fields(of_column, _ENCODERS[type(column.type)]) for column, of_column in zip(columns, values, strict=True)
    ]
    starts = repeat(_COUNT.pack(len(columns)), len(values[0]))
    return b"".join(chain.from_iterable(zip(starts, *fields, strict=True)))


def _fields(values: Sequence[Any], encode: Callable[[Any], bytes]) -> Iterable[bytes]:
    different = set(values)
    if None in different or len(different) * _REPEATED <= len(values):
        encoded = {value: _NULL if value is None else encode(value) for value in different}
        return map(encoded.__getitem__, values)
    return map(encode, values)


def _number(code: str) -> Callable[[Any], bytes]:
    field = Struct(f"!i{code}")
    return partial(field.pack, field.size - _LENGTH.size)


def _variable(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


_whole: Final = _number("q")

_ENCODERS: Final[dict[type, Callable[[Any], bytes]]] = {
    Boolean: _number("?"),
    SmallInteger: _number("h"),
    Integer: _number("i"),
    Double: _number("d"),
    DateTime: lambda value: _whole((value - _EPOCH) // _MICROSECOND),
    Uuid: lambda value: _variable(value.bytes),
    Text: lambda value: _variable(value.encode()),
    JSONB: lambda value: _variable(b"\x01" + value.encode()),  # a version before the text
}

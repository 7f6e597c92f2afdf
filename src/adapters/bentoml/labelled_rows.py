"""Labelled rows as a model server sends them: MessagePack, with numbers as little-endian doubles."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, cast

import msgspec

from adapters.bentoml.wire import little_endian
from adapters.common.schema_json import schema_of_json, schema_to_json
from domain.costs.estimate_columns import shaped
from domain.errors import MedcostError
from domain.monitoring.drift import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONTENT_TYPE: Final = "application/vnd.medcost.rows+msgpack"
_FLOAT: Final = 8


class MalformedRows(MedcostError):
    """The error of bytes that are no labelled rows. Its text says what is wrong with them."""


class _Rows(msgspec.Struct, forbid_unknown_fields=True):
    schema: bytes
    facts: bytes
    more: dict[str, bytes]


def encode_rows(sample: Sample) -> bytes:
    """Encode rows with the schema that they were recorded with."""
    facts = _bytes(number for row in sample.facts for number in row)
    more = {name: _bytes(column) for name, column in sample.more.items()}
    return msgspec.msgpack.encode(_Rows(schema_to_json(sample.schema), facts, more))


def decode_rows(body: bytes) -> Sample:
    """Decode rows that `encode_rows` wrote.

    Raises:
        MedcostError: if it is no such content.
    """
    try:
        read = msgspec.msgpack.decode(body, type=_Rows)
    except msgspec.DecodeError as error:
        message = f"labelled rows were expected: {error}"
        raise MalformedRows(message) from error
    schema = schema_of_json(read.schema)
    rows, rest = divmod(len(read.facts), schema.width * _FLOAT)
    if rest or any(len(column) != rows * _FLOAT for column in read.more.values()):
        message = f"columns of {rows} rows were expected, and they are not equally long"
        raise MalformedRows(message)
    facts = cast("Sequence[Sequence[float]]", shaped(_numbers(read.facts), (rows, schema.width)).tolist())
    return Sample(schema, facts, {name: _numbers(column) for name, column in read.more.items()})


def _bytes(numbers: Iterable[float]) -> bytes:
    return little_endian(array("d", numbers)).tobytes()


def _numbers(content: bytes) -> array[float]:
    numbers = array("d")
    numbers.frombytes(content)
    return little_endian(numbers)

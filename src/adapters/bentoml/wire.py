"""The hop between API and model server, as bytes: columns of 64-bit floats instead of JSON.

Request: a frame of n x m numbers, `Beneficiary.as_numbers` row by row; its header is the digest of their schema, or
empty, as releases before schemas have it.
Answer: a frame of n x 101 numbers, the mean and the 99 quantiles in USD and the chance of no cost row by row; its
header, a small JSON document, names the model and holds the cautions of the few rows that have any.

Answers have two versions, and whoever asks names the one it reads, as a parameter of the content type: servers that do
not know the parameter ignore it. Version 1, which releases before there was a chance of no cost read and write, has
no last number.

A frame is ``b"MED"``, a version byte, the number of rows and the length of the header (both 32 bits), the header,
then the numbers. Everything is little-endian. Whoever reads a frame trusts nothing in it.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.costs.prediction import Caution, Estimate, ModelReference, shaped
from domain.errors import MedcostError
from domain.people.schema_rules import MOST_FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.costs.prediction import EstimateColumns
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

CONTENT_TYPE: Final = "application/vnd.medcost.columns"
_SECOND: Final = "answer=2"
QUESTION_TYPE: Final = f"{CONTENT_TYPE};{_SECOND}"
"""The content type of a question: it asks for an answer of version 2."""
MAX_ROWS: Final = 2048
"""Most rows of one frame. Longer batches are asked for in several."""

_START: Final = struct.Struct("<3sBII")
_MAGIC: Final = b"MED"
_VERSION: Final = 1
_FLOAT: Final = 8
_WIDTHS: Final = {1: 1 + len(QUANTILE_LEVELS), 2: 2 + len(QUANTILE_LEVELS)}
"""Numbers in a row of an answer of each version."""
_MAX_HEADER: Final = 1 << 20
_DIGEST: Final = 64

MAX_REQUEST: Final = _START.size + MAX_ROWS * MOST_FACTS * _FLOAT + _DIGEST
"""Most bytes of a request."""
MAX_ANSWER: Final = _START.size + _MAX_HEADER + MAX_ROWS * _WIDTHS[2] * _FLOAT
"""Most bytes of an answer."""


class MalformedFrame(MedcostError):
    """Bytes that are no frame of this hop. The text says what is wrong with them."""


class _RowCaution(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    row: int
    code: str
    field: str
    detail: str


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    digest: str
    cautions: list[_RowCaution]


_header_decoder: Final = msgspec.json.Decoder(_Header)


def encode_request(beneficiaries: Sequence[Beneficiary]) -> bytes:
    """Write down whom to estimate, at most `MAX_ROWS`, all of one schema."""
    numbers = array("d", (number for who in beneficiaries for number in who.as_numbers()))
    digest = beneficiaries[0].schema.digest.encode() if beneficiaries else b""
    return _frame(len(beneficiaries), digest, numbers)


def decode_request(body: bytes, schema: Schema) -> memoryview[float]:
    """Read whom to estimate: one row of doubles for each, in the order of the schema's facts, that nobody has checked.

    Raises:
        MalformedFrame: if it is no such frame, or of another schema.
    """
    _, rows, header, numbers = _open(body, {_VERSION: schema.width})
    if header and header != schema.digest.encode():
        message = f"the question is of schema {header[:12].decode('ascii', 'replace')}, here is {schema.digest[:12]}"
        raise MalformedFrame(message)
    return shaped(numbers, (rows, schema.width))


def encode_answer(answer: EstimateColumns, question_type: str = QUESTION_TYPE) -> bytes:
    """Write down what one model estimates, in the version that the content type of the question asks for."""
    cautions = [
        _RowCaution(row, caution.code, caution.field, caution.detail)
        for row, several in answer.cautions.items()
        for caution in several
    ]
    header = msgspec.json.encode(_Header(answer.model.version, answer.model.digest, cautions))
    numbers = array("d")
    numbers.frombytes(answer.numbers.cast("B") if len(answer.numbers) else b"")
    version = 2 if question_type.partition(";")[2].strip() == _SECOND else 1
    if version == 1:
        del numbers[_WIDTHS[1] :: _WIDTHS[2]]
    return _frame(len(answer.numbers), header, numbers, version)


def decode_answer(body: bytes, rows: int) -> list[Estimate]:
    """Read the estimates of ``rows`` beneficiaries, in their order.

    Raises:
        MalformedFrame: if it is no such frame, has another number of rows, or a row is no cost distribution.
    """
    version, given, header, numbers = _open(body, _WIDTHS)
    if given != rows:
        message = f"the answer has {given} rows where {rows} were asked for"
        raise MalformedFrame(message)
    try:
        about = _header_decoder.decode(header)
    except msgspec.DecodeError as error:
        message = f"the answer's header cannot be read: {error}"
        raise MalformedFrame(message) from error
    model = ModelReference(about.version, about.digest)
    cautions: dict[int, tuple[Caution, ...]] = {}
    for one in about.cautions:
        if not 0 <= one.row < rows:
            message = f"the answer has a caution for row {one.row} of {rows}"
            raise MalformedFrame(message)
        cautions[one.row] = (*cautions.get(one.row, ()), Caution(one.code, one.field, one.detail))
    values = numbers.tolist()
    width, quantiles = _WIDTHS[version], _WIDTHS[1]
    try:
        costs = [
            CostDistribution(values[at], tuple(values[at + 1 : at + quantiles]), *values[at + quantiles : at + width])
            for at in range(0, rows * width, width)
        ]
    except ValueError as error:
        message = f"the answer holds what is no distribution: {error}"
        raise MalformedFrame(message) from error
    return [Estimate(cost, cautions.get(row, ()), model) for row, cost in enumerate(costs)]


def _frame(rows: int, header: bytes, numbers: array[float], version: int = _VERSION) -> bytes:
    if rows > MAX_ROWS or len(header) > _MAX_HEADER:
        message = f"a frame holds at most {MAX_ROWS} rows and {_MAX_HEADER} bytes of header"
        raise MalformedFrame(message)
    return _START.pack(_MAGIC, version, rows, len(header)) + header + _little_endian(numbers).tobytes()


def _open(body: bytes, widths: Mapping[int, int]) -> tuple[int, int, bytes, array[float]]:
    """Return version, number of rows, header and numbers of a frame, given the numbers in a row of each version."""
    if len(body) < _START.size:
        message = f"a frame begins with {_START.size} bytes, there are {len(body)}"
        raise MalformedFrame(message)
    magic, version, rows, header_length = _START.unpack_from(body)
    if magic != _MAGIC or version not in widths:
        message = f"the frame does not begin with {_MAGIC.decode()} and version {' or '.join(map(str, widths))}"
        raise MalformedFrame(message)
    if rows > MAX_ROWS or header_length > _MAX_HEADER:
        message = f"a frame holds at most {MAX_ROWS} rows and {_MAX_HEADER} bytes of header"
        raise MalformedFrame(message)
    begin = _START.size + header_length
    expected = begin + rows * widths[version] * _FLOAT
    if len(body) != expected:
        message = f"a frame of {rows} rows has {expected} bytes, not {len(body)}"
        raise MalformedFrame(message)
    numbers = array("d")
    numbers.frombytes(memoryview(body)[begin:])
    return version, rows, body[_START.size : begin], _little_endian(numbers)


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

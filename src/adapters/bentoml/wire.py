"""The hop between API and model server, as bytes: columns of 64-bit floats instead of JSON.

Request: a frame of n x 6 numbers, `Beneficiary.as_numbers` row by row; its header is empty.
Answer: a frame of n x 100 numbers, the mean and the 99 quantiles in USD row by row; its header, a small JSON
document, names the model and holds the cautions of the few rows that have any.

A frame is ``b"MED"``, a version byte, the number of rows and the length of the header (both 32 bits), the header,
then the numbers. Everything is little-endian. Whoever reads a frame trusts nothing in it.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from domain.beneficiary import FACTS
from domain.cost import QUANTILE_LEVELS, CostDistribution
from domain.errors import MedcostError
from domain.prediction import Caution, Estimate, ModelReference, shaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.beneficiary import Beneficiary
    from domain.prediction import EstimateColumns

CONTENT_TYPE: Final = "application/vnd.medcost.columns"
MAX_ROWS: Final = 2048
"""Most rows of one frame. Longer batches are asked for in several."""

_START: Final = struct.Struct("<3sBII")
_MAGIC: Final = b"MED"
_VERSION: Final = 1
_FLOAT: Final = 8
_ANSWERS: Final = 1 + len(QUANTILE_LEVELS)
_MAX_HEADER: Final = 1 << 20

MAX_REQUEST: Final = _START.size + MAX_ROWS * len(FACTS) * _FLOAT
"""Most bytes of a request."""
MAX_ANSWER: Final = _START.size + _MAX_HEADER + MAX_ROWS * _ANSWERS * _FLOAT
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
    """Write down whom to estimate, at most `MAX_ROWS`."""
    numbers = array("d", (number for who in beneficiaries for number in who.as_numbers()))
    return _frame(len(beneficiaries), b"", numbers)


def decode_request(body: bytes) -> memoryview[float]:
    """Read whom to estimate: n x 6 doubles that nobody has checked yet.

    Raises:
        MalformedFrame: if it is no such frame.
    """
    rows, header, numbers = _open(body, len(FACTS))
    if header:
        message = "a request has no header"
        raise MalformedFrame(message)
    return shaped(numbers, (rows, len(FACTS)))


def encode_answer(answer: EstimateColumns) -> bytes:
    """Write down what one model estimates."""
    cautions = [
        _RowCaution(row, caution.code, caution.field, caution.detail)
        for row, several in answer.cautions.items()
        for caution in several
    ]
    header = msgspec.json.encode(_Header(answer.model.version, answer.model.digest, cautions))
    numbers = array("d")
    numbers.frombytes(answer.numbers.cast("B") if len(answer.numbers) else b"")
    return _frame(len(answer.numbers), header, numbers)


def decode_answer(body: bytes, rows: int) -> list[Estimate]:
    """Read the estimates of ``rows`` beneficiaries, in their order.

    Raises:
        MalformedFrame: if it is no such frame, has another number of rows, or a row is no cost distribution.
    """
    given, header, numbers = _open(body, _ANSWERS)
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
    starts = range(0, rows * _ANSWERS, _ANSWERS)
    try:
        costs = [CostDistribution(values[at], tuple(values[at + 1 : at + _ANSWERS])) for at in starts]
    except ValueError as error:
        message = f"the answer holds what is no distribution: {error}"
        raise MalformedFrame(message) from error
    return [Estimate(cost, cautions.get(row, ()), model) for row, cost in enumerate(costs)]


def _frame(rows: int, header: bytes, numbers: array[float]) -> bytes:
    if rows > MAX_ROWS or len(header) > _MAX_HEADER:
        message = f"a frame holds at most {MAX_ROWS} rows and {_MAX_HEADER} bytes of header"
        raise MalformedFrame(message)
    return _START.pack(_MAGIC, _VERSION, rows, len(header)) + header + _little_endian(numbers).tobytes()


def _open(body: bytes, width: int) -> tuple[int, bytes, array[float]]:
    if len(body) < _START.size:
        message = f"a frame begins with {_START.size} bytes, there are {len(body)}"
        raise MalformedFrame(message)
    magic, version, rows, header_length = _START.unpack_from(body)
    if magic != _MAGIC or version != _VERSION:
        message = f"the frame does not begin with {_MAGIC.decode()} and version {_VERSION}"
        raise MalformedFrame(message)
    if rows > MAX_ROWS or header_length > _MAX_HEADER:
        message = f"a frame holds at most {MAX_ROWS} rows and {_MAX_HEADER} bytes of header"
        raise MalformedFrame(message)
    begin = _START.size + header_length
    expected = begin + rows * width * _FLOAT
    if len(body) != expected:
        message = f"a frame of {rows} rows has {expected} bytes, not {len(body)}"
        raise MalformedFrame(message)
    numbers = array("d")
    numbers.frombytes(memoryview(body)[begin:])
    return rows, body[_START.size : begin], _little_endian(numbers)


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

"""The binary protocol between API and model server: columns of 64-bit floats instead of JSON.

Request: a frame of n x m numbers, `Beneficiary.as_numbers` row by row; its header is the digest of their schema, or
empty, as releases before schemas have it.
Answer: a frame of n x 101 numbers, the mean and the 99 quantiles in USD and the chance of no cost row by row; its
header, a small JSON document, names the model and holds the cautions of the few rows that have any.

Answers have three versions; the client names one by a parameter of the content type. Servers that do not know the
parameter ignore it and answer by version 1, which has no chance of no cost: earlier releases read and write it. Version
2 is the one above. Version 3 has the published figures only: of the quantiles the lower bound, the median and the upper
bound, n x 5 numbers.

A frame is ``b"MED"``, a version byte, the number of rows and the length of the header (both 32 bits), the header,
then the numbers. Everything is little-endian. Readers check every part of a frame.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from domain.costs.batches import PublishedBatch
from domain.costs.distribution import INTERVAL_LEVEL, QUANTILE_LEVELS, CostDistribution
from domain.costs.estimate_columns import shaped
from domain.costs.prediction import Caution, Estimate, ModelReference, Published
from domain.errors import MedcostError
from domain.people.people import People
from domain.people.schema_rules import MOST_FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.costs.estimate_columns import EstimateColumns
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

CONTENT_TYPE: Final = "application/vnd.medcost.columns"
QUESTION_TYPE: Final = f"{CONTENT_TYPE};answer=2"
"""The content type of a request for distributions: it asks for an answer of version 2."""
PUBLISHED_TYPE: Final = f"{CONTENT_TYPE};answer=3"
"""The content type of a request for published figures: it asks for an answer of version 3."""
MAX_ROWS: Final = 2048
"""Most rows of one frame. Longer batches take several."""

_START: Final = struct.Struct("<3sBII")
_MAGIC: Final = b"MED"
_VERSION: Final = 1
_FLOAT: Final = 8
_WIDTHS: Final = {1: 1 + len(QUANTILE_LEVELS), 2: 2 + len(QUANTILE_LEVELS), 3: 5}
"""Numbers in a row of an answer of each version."""
_TAIL: Final = round((1 - INTERVAL_LEVEL) / 2 * 100)
_PUBLISHED: Final = (0, _TAIL, 50, 100 - _TAIL, _WIDTHS[1])
"""The positions of version 3's numbers in a row of version 2: mean, lower bound, median, upper bound, no cost."""
_PUBLISHED_VERSION: Final = 3
_ANSWER_VERSIONS: Final = ("2", "3")
_MAX_HEADER: Final = 1 << 20
_DIGEST: Final = 64

MAX_REQUEST: Final = _START.size + MAX_ROWS * MOST_FACTS * _FLOAT + _DIGEST
"""Most bytes of a request."""
MAX_ANSWER: Final = _START.size + _MAX_HEADER + MAX_ROWS * _WIDTHS[2] * _FLOAT
"""Most bytes of an answer."""


class MalformedFrame(MedcostError):
    """The error of bytes that are no frame of this protocol. Its text says what is wrong with them."""


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
    """Encode the beneficiaries to be estimated, at most `MAX_ROWS`, all of one schema."""
    if isinstance(beneficiaries, People):
        numbers = beneficiaries.numbers()
    else:
        numbers = array("d", (number for who in beneficiaries for number in who.as_numbers()))
    digest = beneficiaries[0].schema.digest.encode() if beneficiaries else b""
    return _frame(len(beneficiaries), digest, numbers)


def decode_request(body: bytes, schema: Schema) -> memoryview[float]:
    """Decode the beneficiaries to be estimated: a row of unchecked doubles for each, in the order of the facts.

    Raises:
        MalformedFrame: if it is no such frame, or of another schema.
    """
    _, rows, header, numbers = _open(body, {_VERSION: schema.width})
    if header and header != schema.digest.encode():
        message = f"the question is of schema {header[:12].decode('ascii', 'replace')}, here is {schema.digest[:12]}"
        raise MalformedFrame(message)
    return shaped(numbers, (rows, schema.width))


def encode_answer(answer: EstimateColumns, question_type: str = QUESTION_TYPE) -> bytes:
    """Encode the estimates of one model, in the version that the content type of the request asks for."""
    cautions = [
        _RowCaution(row, caution.code, caution.field, caution.detail)
        for row, several in answer.cautions.items()
        for caution in several
    ]
    header = msgspec.json.encode(_Header(answer.model.version, answer.model.digest, cautions))
    numbers = array("d")
    numbers.frombytes(answer.numbers.cast("B") if len(answer.numbers) else b"")
    version = _version(question_type)
    if version == 1:
        del numbers[_WIDTHS[1] :: _WIDTHS[2]]
    elif version == _PUBLISHED_VERSION:
        columns = [numbers[place :: _WIDTHS[2]] for place in _PUBLISHED]
        numbers = array("d", chain.from_iterable(zip(*columns, strict=True)))
    return _frame(len(answer.numbers), header, numbers, version)


def _version(question_type: str) -> int:
    """Return the version of the answer that a request asks for; the first where it names none."""
    name, _, version = question_type.partition(";")[2].strip().partition("=")
    return int(version) if name == "answer" and version in _ANSWER_VERSIONS else 1


def decode_answer(body: bytes, rows: int) -> list[Estimate]:
    """Decode the estimates of ``rows`` beneficiaries, in their order.

    Raises:
        MalformedFrame: if it is no such frame, has another number of rows, or a row is no cost distribution.
    """
    version, about, numbers = _answer(body, rows, (1, 2))
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
    return [Estimate(cost, about.cautions.get(row, ()), about.model) for row, cost in enumerate(costs)]


def decode_published(body: bytes, rows: int) -> Sequence[Published]:
    """Decode the published figures of ``rows`` beneficiaries, in their order, from an answer of any version.

    Raises:
        MalformedFrame: as `decode_answer`.
    """
    if len(body) < _START.size or _START.unpack_from(body)[1] != _PUBLISHED_VERSION:
        return [Published.of(estimate) for estimate in decode_answer(body, rows)]
    _, about, numbers = _answer(body, rows, (_PUBLISHED_VERSION,))
    columns = [numbers[place :: _WIDTHS[_PUBLISHED_VERSION]].tolist() for place in range(_WIDTHS[_PUBLISHED_VERSION])]
    for mean, low, median, high, zero in zip(*columns, strict=True):
        if not (0 <= low <= median <= high < math.inf and 0 <= zero <= 1 and math.isfinite(mean)):
            message = f"the answer holds what is no distribution: {mean}, {low}, {median}, {high}, {zero}"
            raise MalformedFrame(message)
    return PublishedBatch.rounded(about.model, columns, about.cautions)


class _About(NamedTuple):
    """The content of an answer's header."""

    model: ModelReference
    cautions: Mapping[int, tuple[Caution, ...]]


def _answer(body: bytes, rows: int, versions: Sequence[int]) -> tuple[int, _About, array[float]]:
    """Return version, header and numbers of an answer to ``rows`` beneficiaries, in one of some versions."""
    version, given, header, numbers = _open(body, {version: _WIDTHS[version] for version in versions})
    if given != rows:
        message = f"the answer has {given} rows where {rows} were asked for"
        raise MalformedFrame(message)
    try:
        about = _header_decoder.decode(header)
    except msgspec.DecodeError as error:
        message = f"the answer's header cannot be read: {error}"
        raise MalformedFrame(message) from error
    cautions: dict[int, tuple[Caution, ...]] = {}
    for caution in about.cautions:
        if not 0 <= caution.row < rows:
            message = f"the answer has a caution for row {caution.row} of {rows}"
            raise MalformedFrame(message)
        cautions[caution.row] = (*cautions.get(caution.row, ()), Caution(caution.code, caution.field, caution.detail))
    return version, _About(ModelReference(about.version, about.digest), cautions), numbers


def _frame(rows: int, header: bytes, numbers: array[float], version: int = _VERSION) -> bytes:
    if rows > MAX_ROWS or len(header) > _MAX_HEADER:
        message = f"a frame holds at most {MAX_ROWS} rows and {_MAX_HEADER} bytes of header"
        raise MalformedFrame(message)
    return _START.pack(_MAGIC, version, rows, len(header)) + header + little_endian(numbers).tobytes()


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
    return version, rows, body[_START.size : begin], little_endian(numbers)


def little_endian(numbers: array[float]) -> array[float]:
    """Swap the bytes of numbers in place on a big-endian machine, from its order to the wire's or back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

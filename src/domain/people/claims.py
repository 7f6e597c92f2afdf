"""Claims: what a year of care really cost for known people."""

from __future__ import annotations

import hashlib
import math
import struct
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from domain.errors import FieldError, InvalidBeneficiary, InvalidInput
from domain.people.beneficiary import Beneficiary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.people.contract import LeftOut
    from domain.people.origin import DataOrigin
    from domain.people.schema import Schema
    from domain.ports.dataset import ClaimsDataset

ROW_DIGEST_BYTES: Final = 8
HIGHEST_ROW_DIGEST: Final = 256**ROW_DIGEST_BYTES - 1

_NUMBER_BYTES: Final = 8

_Value_co = TypeVar("_Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """One beneficiary's year: who they were and what it cost, in the schema's currency.

    >>> from tests.support.default_schema import DEFAULT
    >>> facts = {"age": 40, "sex": "male", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
    >>> ClaimRecord.of(DEFAULT, {**facts, "charges": 6520.25}).charges
    6520.25
    >>> ClaimRecord.of(DEFAULT, {**facts, "age": 7, "charges": -1})
    Traceback (most recent call last):
    domain.errors.InvalidInput: age: must be from 18 to 100 years; charges: must not be negative
    """

    beneficiary: Beneficiary
    charges: float

    @classmethod
    def of(cls, schema: Schema, row: Mapping[str, object]) -> Self:
        """Read one row of a claims file whose numbers are numbers.

        Args:
            schema: which facts there are, and in which column the cost stands.
            row: name of a fact, or the cost's column, to value; columns of roles are passed over.

        Raises:
            InvalidInput: naming every broken rule of the row.
        """
        errors: list[FieldError] = []
        beneficiary = None
        cost = schema.cost.column
        beside = {cost, *schema.roles.columns.values()}
        try:
            beneficiary = Beneficiary.of(schema, {name: value for name, value in row.items() if name not in beside})
        except InvalidBeneficiary as broken:
            errors += broken.errors
        charges = row.get(cost)
        if charges is None:
            errors.append(FieldError(cost, "missing", "is required"))
        elif isinstance(charges, bool) or not isinstance(charges, int | float) or not -math.inf < charges < math.inf:
            errors.append(FieldError(cost, "type", f"must be a number of {schema.cost.currency}"))
        elif charges < 0:
            errors.append(FieldError(cost, "range", "must not be negative"))
        elif charges > sys.float_info.max:
            errors.append(FieldError(cost, "range", "is larger than any amount"))
        elif beneficiary is not None:
            return cls(beneficiary, float(charges))
        raise InvalidInput(errors)


class Column(Protocol[_Value_co]):
    """Values one after the other: a tuple, a list or an array."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[_Value_co]: ...


def row_digests(rows: bytes, width: int) -> bytes:
    """Return each row's SHA-256, cut to 64 bits: enough to find a repeated row, and the same split of rows everywhere.

    Args:
        rows: one after another, each the little-endian doubles of the facts, and of the cost behind them. What is not
            given is `NOT_GIVEN`, bit for bit.
        width: how many doubles a row has.

    >>> row_digests(bytes(2 * 56), 7).hex()
    'd4817aa5497628e7d4817aa5497628e7'
    """
    size = width * _NUMBER_BYTES
    starts = range(0, len(rows), size)
    return b"".join(hashlib.sha256(rows[at : at + size]).digest()[:ROW_DIGEST_BYTES] for at in starts)


def person_code(name: str) -> int:
    """Return a code of 64 bits that is the same for a person in every file, from the identifier in a file.

    >>> person_code("A-17") == person_code("A-17"), person_code("A-17") == person_code("A-18")
    (True, False)
    """
    return int.from_bytes(hashlib.sha256(f"person {name}".encode()).digest()[:ROW_DIGEST_BYTES], "little")


@dataclass(frozen=True, slots=True)
class Population:
    """All rows behind claims that are only a sample of them, because no machine needs to hold all.

    Args:
        parts: data sets that any machine can read, one after another the whole.
        rows: the rows of all parts together.
        highest: the sample are the rows whose digest, little-endian, is not above this.
    """

    parts: Sequence[ClaimsDataset]
    rows: int
    highest: int


@dataclass(frozen=True, slots=True)
class Claims:
    """A data set that keeps the contract, column by column; all columns are equally long.

    Args:
        schema: which facts the rows hold, and of what the cost is.
        origin: where the rows come from.
        digest: SHA-256 of the accepted rows in order, so that a model can name what it learnt from.
        facts: one row of numbers for each beneficiary, as `Beneficiary.as_numbers` gives them.
        charges: the cost of the year for each row, in the schema's currency; of a row that covers a share of a year,
            the cost of a whole one at this rate.
        weights: how many people each row stands for, times the share of the year that it covers; None if each row is
            one person's year.
        people: a code of the person whose row it is, see `person_code`; None where no role says it, and rows with
            equal facts and cost count as one person's.
        periods: the period of each row as a rising number, such as 2019; None where no role says it.
        population: what these rows are a sample of; None if they are all there are.
        left_out: the rows that are not among them because they break the contract; None if there are none.
        notes: what was decided when the file was opened.
        audits: what each audit column says of each row, by the column's name, for reports; no model is given it.
    """

    schema: Schema
    origin: DataOrigin
    digest: str
    facts: Column[Column[float]]
    charges: Column[float]
    weights: Column[float] | None = None
    people: Column[int] | None = None
    periods: Column[float] | None = None
    population: Population | None = None
    left_out: LeftOut | None = None
    notes: tuple[str, ...] = ()
    audits: Mapping[str, Column[str]] = field(default_factory=dict[str, "Column[str]"])

    @classmethod
    def of(cls, schema: Schema, records: Sequence[ClaimRecord], origin: DataOrigin) -> Self:
        """Put records side by side. Hashed as rows of 64-bit numbers, little-endian, as those of a file are."""
        facts = [record.beneficiary.as_numbers() for record in records]
        charges = [record.charges for record in records]
        layout = f"<{schema.width + 1}d"
        rows = (struct.pack(layout, *row, cost) for row, cost in zip(facts, charges, strict=True))
        return cls(schema, origin, hashlib.sha256(b"".join(rows)).hexdigest(), facts, charges)

    def __len__(self) -> int:
        return len(self.charges)

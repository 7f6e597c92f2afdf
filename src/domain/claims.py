"""Claims: what a year of care really cost for known people, and the contract that such data must keep."""

from __future__ import annotations

import hashlib
import math
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from domain.beneficiary import FACTS, Beneficiary
from domain.errors import FieldError, InvalidBeneficiary, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.ports.dataset import ClaimsDataset

TARGET: Final = "charges"
COLUMNS: Final = (*FACTS, TARGET)
"""The columns of a claims file, in their usual order."""
ROW_DIGEST_BYTES: Final = 8
HIGHEST_ROW_DIGEST: Final = 256**ROW_DIGEST_BYTES - 1

_ROW_BYTES: Final = 8 * len(COLUMNS)

_Value_co = TypeVar("_Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """One beneficiary's year: who they were and what it cost in USD.

    >>> facts = {"age": 40, "sex": "male", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
    >>> ClaimRecord.of({**facts, "charges": 6520.25}).charges
    6520.25
    >>> ClaimRecord.of({**facts, "age": 7, "charges": -1})
    Traceback (most recent call last):
    domain.errors.InvalidInput: age: must be from 18 to 100 years; charges: must not be negative
    """

    beneficiary: Beneficiary
    charges: float

    @classmethod
    def of(cls, row: Mapping[str, object]) -> Self:
        """Read one row of a claims file whose numbers are numbers.

        Raises:
            InvalidInput: naming every broken rule of the row.
        """
        errors: list[FieldError] = []
        beneficiary = None
        try:
            beneficiary = Beneficiary.of({name: value for name, value in row.items() if name != TARGET})
        except InvalidBeneficiary as broken:
            errors += broken.errors
        charges = row.get(TARGET)
        if charges is None:
            errors.append(FieldError(TARGET, "missing", "is required"))
        elif isinstance(charges, bool) or not isinstance(charges, int | float) or not -math.inf < charges < math.inf:
            errors.append(FieldError(TARGET, "type", "must be a number of USD"))
        elif charges < 0:
            errors.append(FieldError(TARGET, "range", "must not be negative"))
        elif charges > sys.float_info.max:
            errors.append(FieldError(TARGET, "range", "is larger than any amount"))
        elif beneficiary is not None:
            return cls(beneficiary, float(charges))
        raise InvalidInput(errors)


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a data set breaks the contract.

    ``row`` is the line's number as a person counts data rows, from 1; None where the whole column is meant.
    """

    row: int | None
    column: str
    rule: str
    detail: str


def _a_file(name: str) -> str:
    return f"the file {name}"


@dataclass(frozen=True, slots=True)
class DataOrigin:
    """Where data come from, for the model card and every page that shows a figure learnt from them.

    ``year`` is the year or years of the costs, empty where it is not documented.

    >>> DataOrigin.of_file("claims.csv", year="2024").sentence
    'the file claims.csv; costs of 2024'
    """

    name: str
    description: str
    synthetic: bool
    year: str = ""

    @classmethod
    def of_file(cls, name: str, *, year: str) -> DataOrigin:
        """Claims of whom nothing is known but the file's name and the year."""
        return cls(name, _a_file(name), synthetic=False, year=year)

    @property
    def is_plain_file(self) -> bool:
        """Whether there is nothing more to say than a file's name."""
        return self.description == _a_file(self.name)

    @property
    def sentence(self) -> str:
        """What the data are, and of which year their costs."""
        if self.synthetic:
            return f"{self.description}; costs of no real year"
        return f"{self.description}; " + (f"costs of {self.year}" if self.year else "year of the costs not documented")


class Column(Protocol[_Value_co]):
    """Values one after the other: a tuple, a list or an array."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[_Value_co]: ...


def row_digests(rows: bytes) -> bytes:
    """Give each row's SHA-256, cut to 64 bits: enough to know it again, and a fair lot that falls alike everywhere.

    Args:
        rows: one after another, each the little-endian doubles of `COLUMNS`.

    >>> row_digests(bytes(2 * 56)).hex()
    'd4817aa5497628e7d4817aa5497628e7'
    """
    starts = range(0, len(rows), _ROW_BYTES)
    return b"".join(hashlib.sha256(rows[at : at + _ROW_BYTES]).digest()[:ROW_DIGEST_BYTES] for at in starts)


@dataclass(frozen=True, slots=True)
class Population:
    """All rows behind claims that are only a sample of them, because no machine needs to hold all.

    Args:
        parts: data sets that any machine can read, one after another the whole.
        rows: of all parts together.
        highest: the sample are the rows whose digest, little-endian, is not above this.
    """

    parts: Sequence[ClaimsDataset]
    rows: int
    highest: int


@dataclass(frozen=True, slots=True)
class Claims:
    """A data set that keeps the contract, column by column; all columns are equally long.

    Args:
        origin: where the rows come from.
        digest: SHA-256 of the accepted rows in order, so that a model can name what it learnt from.
        facts: one row of six numbers for each beneficiary, as `Beneficiary.as_numbers` gives them.
        charges: USD a year for each row.
        population: what these rows are a sample of; None if they are all there are.
    """

    origin: DataOrigin
    digest: str
    facts: Column[Column[float]]
    charges: Column[float]
    population: Population | None = None

    @classmethod
    def of(cls, records: Sequence[ClaimRecord], origin: DataOrigin) -> Self:
        """Put records side by side. Hashed as rows of seven 64-bit numbers, little-endian, as those of a file are."""
        facts = [record.beneficiary.as_numbers() for record in records]
        charges = [record.charges for record in records]
        rows = (struct.pack("<7d", *row, cost) for row, cost in zip(facts, charges, strict=True))
        return cls(origin, hashlib.sha256(b"".join(rows)).hexdigest(), facts, charges)

    def __len__(self) -> int:
        return len(self.charges)


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column as it was found: numbers give a range and a mean, categories their counts."""

    column: str
    missing: int
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ContractReport:
    """What a data set holds, and where it breaks the contract.

    ``violations`` are at most a thousand; ``violation_count`` counts all of them.
    ``duplicates`` are rows that repeat an earlier row exactly: they are kept, and ``duplicate_rows`` names at most
    the first thousand, counted as in `Violation`.
    """

    origin: DataOrigin
    rows: int
    duplicates: int
    columns: tuple[ColumnSummary, ...]
    violations: tuple[Violation, ...]
    violation_count: int
    unknown_columns: tuple[str, ...] = ()
    digest: str | None = None
    duplicate_rows: tuple[int, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the contract is kept: there are rows, and no rule is broken."""
        return self.rows > 0 and self.violation_count == 0

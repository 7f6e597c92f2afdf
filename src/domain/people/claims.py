"""Claims: what a year of care really cost for known people, and the contract that such data must keep."""

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

    from domain.people.schema import Schema
    from domain.ports.dataset import ClaimsDataset

ROW_DIGEST_BYTES: Final = 8
HIGHEST_ROW_DIGEST: Final = 256**ROW_DIGEST_BYTES - 1

MOST_VIOLATIONS: Final = 1_000
"""Violations that a report names."""
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


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a data set breaks the contract.

    Args:
        row: its number among the data rows, from 1; None where the whole column is meant.
        column: the name of the fact or the cost; ``all`` where the row as a whole is meant.
        rule: the code of the broken rule.
        detail: what must hold.
        value: what was found there, as text; empty if there is nothing.
        line: the row's line in a text file or a sheet, as a spreadsheet numbers it; None in other files.
    """

    row: int | None
    column: str
    rule: str
    detail: str
    value: str = ""
    line: int | None = None

    @property
    def sentence(self) -> str:
        """Return the place and the rule in a line.

        >>> Violation(3, "sex", "choice", "must be one of female, male", "0", line=4).sentence
        "line 4, column sex: must be one of female, male, not '0' (choice)"
        """
        place = f"line {self.line}" if self.line else f"row {self.row}" if self.row else ""
        value_part = f", not {self.value!r}" if self.value and self.rule not in ("missing", "malformed") else ""
        where = ", ".join(filter(None, (place, "" if self.column == "all" else f"column {self.column}")))
        return f"{where}: {self.detail}{value_part} ({self.rule})"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that were left out because they break the contract.

    Args:
        rows: how many were left out.
        of: how many rows there were.
        violations: what is wrong with them, at most `MOST_VIOLATIONS`.
    """

    rows: int
    of: int
    violations: tuple[Violation, ...]

    @property
    def sentence(self) -> str:
        """Return how many rows were left out."""
        return f"{self.rows:,} of {self.of:,} rows break the contract and were left out"


@dataclass(frozen=True, slots=True)
class BadRows:
    """What becomes of rows that break the contract.

    Args:
        are_dropped: whether the others are used without them; else the whole data set is refused.
        most: the share of all rows that may be left out.
    """

    are_dropped: bool = False
    most: float = 0.1

    def allows(self, report: ContractReport) -> bool:
        """Return whether the good rows of a data set are used without the bad ones."""
        return self.are_dropped and report.rows - report.bad_rows > 0 and report.bad_rows <= self.most * report.rows

    def advice(self, report: ContractReport) -> list[str]:
        """Return what to do about bad rows."""
        if not report.bad_rows:
            return []
        share = report.bad_rows / max(report.rows, 1)
        many = f"{report.bad_rows:,} of {report.rows:,} rows are bad ({share:.1%})"
        if not self.are_dropped:
            is_few = report.bad_rows <= self.most * report.rows
            return [f"{many}: correct them" + (", or leave them out with dataset.on_bad=drop (--on-bad drop)" * is_few)]
        return [f"{many}, and at most {self.most:.1%} may be left out: correct them, or raise dataset.most_bad"]


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
        """Return whether there is nothing more to say than a file's name."""
        return self.description == _a_file(self.name)

    @property
    def sentence(self) -> str:
        """Return what the data are, and of which year their costs."""
        if self.synthetic:
            return f"{self.description}; costs of no real year"
        return f"{self.description}; " + (f"costs of {self.year}" if self.year else "year of the costs not documented")


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
    the first thousand, counted as in `Violation`. ``bad_rows`` counts the rows that break a rule.
    ``notes`` are what was decided when the file was opened. ``people`` are the distinct persons of the good rows, None
    where they were not counted.
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
    bad_rows: int = 0
    notes: tuple[str, ...] = ()
    people: int | None = None

    @property
    def repetitions(self) -> tuple[str, ...]:
        """Return the sentence about rows that repeat an earlier row, empty if there are none."""
        if not self.duplicates:
            return ()
        how = "rows repeat an earlier one and count" if self.duplicates > 1 else "row repeats an earlier one and counts"
        return (f"{self.duplicates:,} {how} as weight of that row, not as another person",)

    @property
    def is_kept(self) -> bool:
        """Return whether the contract is kept: there are rows, and no rule is broken."""
        return self.rows > 0 and self.violation_count == 0

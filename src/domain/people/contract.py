"""The contract that claims must keep: violations, rows that are left out, and the report on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.people.origin import DataOrigin

MOST_VIOLATIONS: Final = 1_000
"""Violations that a report names."""
MOST_BAD: Final = 0.1
"""The share of all rows that may be left out, unless another is named."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a data set breaks the contract.

    Args:
        row: the number among the data rows, from 1; None where the whole column is meant.
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


@dataclass(frozen=True, slots=True)
class BadRows:
    """What becomes of rows that break the contract.

    Args:
        are_dropped: whether the others are used without them; else the whole data set is refused.
        most: the share of all rows that may be left out.
    """

    are_dropped: bool = False
    most: float = MOST_BAD

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

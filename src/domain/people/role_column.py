"""What the cells of a column mean that says whose row it is, how much it counts, and when and how long the year was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.errors import FieldError
from domain.people.cells import NumberStyle, UnreadableCell, is_empty
from domain.people.meaning import text_of

_PLAIN: Final = NumberStyle()
_ISO: Final = re.compile(r"(\d{4})[-/]?(?:Q([1-4])|(\d{2})(?:[-/](\d{2})(?:[T ].*)?)?)", re.ASCII | re.IGNORECASE)
"""A quarter, a month or a day: 2019-Q3, 2019-07, 2019-07-01, or with / in place of -."""
_DAYS: Final = 366
_LONGEST_LABEL: Final = 80

ABSENT: Final = {
    "person": "rows with equal facts and cost count as one person's",
    "weight": "each row counts once",
    "exposure": "each row is a whole year",
    "period": "rows are of no known period",
}
"""What is assumed where the column of a role is not there."""


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """A column of a role.

    Args:
        role: ``person``, ``weight``, ``exposure`` or ``period``.
        column: the name in the schema.
        style: how it writes numbers.

    >>> RoleColumn("exposure", "share").read("0.5")
    0.5
    >>> RoleColumn("exposure", "share").read(6).detail
    'must be above 0 and at most 1: the share of a year that the row covers, such as 0.5 for six months'
    >>> RoleColumn("period", "year").read(2019), RoleColumn("period", "quarter").read("2019-Q3")
    (2019.0, 2019.5)
    """

    role: str
    column: str
    style: NumberStyle = _PLAIN

    @property
    def bounds(self) -> tuple[float, float]:
        """Return what a number must be above, and what it must not be above."""
        inf = float("inf")
        return {"weight": (0.0, inf), "exposure": (0.0, 1.0)}.get(self.role, (-inf, inf))

    def name(self, cell: object) -> str | FieldError:
        """Return by what a person is called: a text, the same for 17, 17.0 and "17"."""
        if is_empty(cell):
            return self._error("missing", "is missing: each row needs its person")
        return text_of(cell)

    def read(self, cell: object) -> float | FieldError:
        """Return the number that a cell means, or the rule that it breaks."""
        if is_empty(cell):
            return self._error("missing", "is missing")
        if self.role == "period" and (when := _when(cell)) is not None:
            return when
        if isinstance(cell, str | Decimal):
            try:
                cell = self.style.read(cell)
            except UnreadableCell as unreadable:
                return self._error("type", self._expected(str(unreadable)))
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return self._error("type", self._expected("must be a number"))
        low, high = self.bounds
        if not (low < cell <= high and abs(cell) < float("inf")):
            return self._error("range", self._rule)
        return float(cell)

    @property
    def _rule(self) -> str:
        if self.role == "weight":
            return "must be above 0: leave a row out that stands for nobody"
        if self.role == "exposure":
            share = "the share of a year that the row covers, such as 0.5 for six months"
            return f"must be above 0 and at most 1: {share}"
        return "must be a year"

    def _expected(self, why: str) -> str:
        return "must be a year such as 2019, or 2019-07, 2019-07-01 or 2019-Q3" if self.role == "period" else why

    def _error(self, code: str, detail: str) -> FieldError:
        return FieldError(self.column, code, detail)


def label_of(cell: object) -> str:
    """Return what a cell of an audit column says, in the words of the file, or their first 80 characters.

    >>> label_of("Other "), label_of(1.0), label_of(None)
    ('Other', '1', 'not given')
    """
    return "not given" if is_empty(cell) else text_of(cell)[:_LONGEST_LABEL]


def _when(cell: object) -> float | None:
    """Return a date, or the text of one, as years; None if it is none."""
    if isinstance(cell, str):
        match = _ISO.fullmatch(cell.strip())
        if match is None:
            return None
        year, quarter, month, day = match.groups()
        try:
            cell = date(int(year), int(quarter) * 3 - 2 if quarter else int(month), int(day or 1))
        except ValueError:
            return None
    if not isinstance(cell, date):
        return None
    months = (cell.month - 1) / 12
    return cell.year + months + (cell.day - 1) / _DAYS

"""What the cells of a column mean as a fact of a schema, or as the cost: the same wherever a row comes in."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from domain.errors import FieldError
from domain.people.cells import NumberStyle, UnreadableCell, is_empty, says_nothing
from domain.people.fact import TRUTH, Fact, Kind, Value
from domain.people.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHOLE_TEXT: Final = re.compile(r"([+-]?\d+)\.0+", re.ASCII)
"""A code as spreadsheets write it in a column that also has empty cells."""
_A_NUMBER: Final = "must be a number"
_PLAIN: Final = NumberStyle()
CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
"""Stands at the end of a cell that is not shown to its end."""
_SHOWN: Final = 40
"""Letters of a cell that are shown."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column that holds a fact.

    Args:
        fact: what its cells mean.
        column: the name in the file.
        style: how it writes numbers.
        words: other words for a choice or for yes and no, folded, that somebody has named for this column.
        is_turned: whether its yes means no, and its no yes, because somebody has said so.

    >>> smoker = FactColumn(Fact(name="smoker", kind=Kind.FLAG), "Fuma", words={"exfumador": False})
    >>> [smoker.read(cell) for cell in (" Sí ", 0.0, "ex-fumador", True)]
    [True, False, False, True]
    >>> smoker.read("sometimes"), smoker.read("?").code
    (FieldError(field='smoker', code='type', detail='must be true, false, "yes" or "no"'), 'missing')
    """

    fact: Fact
    column: str
    style: NumberStyle = _PLAIN
    words: Mapping[str, Value] = field(default_factory=dict[str, Value])
    is_turned: bool = False

    def read(self, cell: object) -> Value | FieldError:
        """Return what a cell of a text file, a sheet or a typed table means, or the rule that it breaks."""
        if cell is None or cell != cell:  # noqa: PLR0124  # NaN, whatever type it is of
            return self._nothing()
        return self._number(cell) if self.fact.kind.is_numeric else self._word(cell)

    def read_json(self, value: object) -> Value | FieldError:
        """Return what a JSON value means, or the rule that it breaks: a number is a number, a text names a choice."""
        if value is None:
            return self._nothing()
        if isinstance(value, str) and not self.fact.kind.is_numeric and fold(value) in self.words:
            return self.words[fold(value)]
        # JSON has one kind of numbers: 40.0 is the whole number 40, as JSON Schema has it
        if self.fact.kind is Kind.WHOLE and isinstance(value, float) and value.is_integer():
            value = int(value)
        return self.fact.read(value)

    def _nothing(self) -> FieldError | None:
        return None if self.fact.may_be_missing else FieldError(self.fact.name, "missing", "is missing")

    def _number(self, cell: object) -> Value | FieldError:
        if isinstance(cell, str | Decimal):
            if isinstance(cell, str) and says_nothing(cell):
                return self._nothing()
            try:
                cell = self.style.read(cell)
            except UnreadableCell as unreadable:
                detail = str(unreadable).removeprefix(_A_NUMBER)
                if detail != str(unreadable):  # a fact is no amount of money
                    kind = "a whole number" if self.fact.kind is Kind.WHOLE else "a number"
                    detail = f"must be {kind}" + detail.removeprefix(f" of {self.style.currency}")
                return FieldError(self.fact.name, "type", detail)
        # pyrefly: ignore[missing-attribute]  # a float by `isinstance`; the checker leaves an int in
        if isinstance(cell, float) and cell.is_integer() and self.fact.kind is Kind.WHOLE:
            cell = int(cell)
        return self.fact.read(cell)

    def _word(self, cell: object) -> Value | FieldError:
        text = text_of(cell)
        folded = fold(text)
        if folded in self.words:
            return self.words[folded]
        meant = self.fact.read(text)
        if not isinstance(meant, FieldError):
            return not meant if self.is_turned and folded in TRUTH else meant
        return self._nothing() if says_nothing(text) else meant


@dataclass(frozen=True, slots=True)
class CostColumnReader:
    """The column that holds the cost.

    Args:
        column: the name in the schema.
        style: how it writes amounts.

    >>> cost = CostColumnReader("charges", NumberStyle(currency="USD"))
    >>> cost.read("$8,211.40"), cost.read(0)
    (8211.4, 0.0)
    >>> cost.read("-3").detail
    'must not be negative'
    """

    column: str
    style: NumberStyle = _PLAIN

    def read(self, cell: object) -> float | FieldError:
        """Return the amount that a cell means, or the rule that it breaks."""
        if is_empty(cell):
            return FieldError(self.column, "missing", "is missing")
        if isinstance(cell, str | Decimal):
            try:
                cell = self.style.read(cell)
            except UnreadableCell as unreadable:
                return FieldError(self.column, "type", str(unreadable))
        is_large = cell in (-math.inf, math.inf)
        if is_large or isinstance(cell, bool) or not isinstance(cell, int | float):
            detail = f"must be a number of {self.style.currency}" if self.style.currency else "must be a number"
            return FieldError(self.column, "type", detail + " that is not so large" * is_large)
        if cell < 0:
            return FieldError(self.column, "range", "must not be negative")
        if cell > sys.float_info.max:
            return FieldError(self.column, "range", "is larger than any amount")
        return float(cell)


def shown(cell: object) -> str:
    """Return a cell as text that fits a line; empty if there is none.

    >>> shown("  a   b "), shown(None)
    ('a b', '')
    """
    text = "" if cell is None else " ".join(str(cell).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}{CUT}"


def text_of(cell: object) -> str:
    """Return a cell as the text that a file of words would hold: 1 for the number 1.0."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    whole = _WHOLE_TEXT.fullmatch(text)
    return whole[1] if whole else text

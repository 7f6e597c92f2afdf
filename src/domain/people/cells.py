"""What a text cell of a table means, whatever fact its column holds: nothing, or a number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self, TypeAlias

from domain.errors import MedcostError
from domain.people.currencies import is_sign_of
from domain.people.units import unit_behind

if TYPE_CHECKING:
    from collections.abc import Iterable

DecimalSign: TypeAlias = Literal["", ".", ","]
"""What stands before the decimals of a number; empty where it is not known."""

NO_VALUE: Final = frozenset(
    (
        *("", "?", "-", "--", "---", ".", "..", "n/a", "#n/a", "na", "nan", "<na>", "null", "#null!", "none", "nil"),
        *("missing", "unknown", "not available", "not given", "not known", "no data", "don't know"),
        *("n/d", "s/d", "nd", "sd", "sin dato", "sin datos", "no disponible", "desconocido", "desconocida", "no sabe"),
        *("\N{EN DASH}", "\N{EM DASH}"),
    )
)
"""Cells that say that there is no value, in English and Spanish, without case."""

_LARGEST: Final = 2**53
"""Up to here a float holds every whole number."""
_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""Plain numbers whose point might separate thousands."""
_PARTS: Final = re.compile(r"(\D*?)([.,]?\d(?:[\d., ']*\d)?[.,]?)(\D*)", re.ASCII)
"""What stands before a number, its digits and separators, and what stands behind it."""
_PARENTHESES: Final = re.compile(r"([^\d()+-]*)\(([^()]+)\)", re.ASCII)
"""An amount in parentheses, with what stands before them."""
_WITH_DECIMALS: Final = re.compile(r"(\d*)(?:([.,])(\d*))?", re.ASCII)
_GROUPED: Final = re.compile(r"([1-9]\d{0,2}(?:([,.' ])\d{3})(?:\2\d{3})*)(?:([.,])(\d*))?", re.ASCII)
_INDIAN: Final = re.compile(r"([1-9]\d?(?:(,)\d{2})+,\d{3})(?:(\.)(\d*))?", re.ASCII)
_SIMPLER: Final = str.maketrans(
    {
        **dict.fromkeys("\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\t", " "),
        **dict.fromkeys("\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}", "'"),
        "\N{MINUS SIGN}": "-",
        **dict.fromkeys(
            "\N{ZERO WIDTH SPACE}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ZERO WIDTH NO-BREAK SPACE}"
        ),
    }
)
_OTHER: Final[dict[str, DecimalSign]] = {",": ".", ".": ","}


class UnreadableCell(MedcostError):
    """A cell means nothing that its column could hold. The text is a rule that it breaks: "must be a number"."""


def says_nothing(text: str) -> bool:
    """Return whether a cell says that there is no value.

    >>> [says_nothing(text) for text in ("", " N/A ", "?", "Sin dato", "0", "no")]
    [True, True, True, True, False, False]
    """
    return text.strip().casefold() in NO_VALUE


def is_empty(cell: object) -> bool:
    """Return whether a cell of a text file, a sheet or a typed table says that there is no value.

    >>> [is_empty(cell) for cell in (None, float("nan"), " N/A ", 0.0, "0")]
    [True, True, True, False, False]
    """
    return cell is None or cell != cell or (isinstance(cell, str) and says_nothing(cell))  # noqa: PLR0124  # any NaN


def is_numeric(text: str) -> bool:
    """Return whether a cell is a number in some style.

    >>> [is_numeric(text) for text in ("27,1", "1,234", "-3", "1e5", "12-24", "F", "")]
    [True, True, True, True, False, False, False]
    """
    return _amount(text, "") is not None


def sign_beside(text: str) -> str:
    """Return what stands beside the digits of an amount, such as a currency sign; empty if there is nothing.

    >>> [sign_beside(text) for text in ("1.234,56 €", "-US$ 20", "($3)", "12-24", "7", "asthma")]
    ['€', 'US$', '$', '', '', '']
    """
    parts = _taken_apart(text)
    return "" if parts is None else parts.beside


class _Reading(NamedTuple):
    """One way to read the digits and separators of a number.

    Args:
        digits: the number as `float` takes it.
        decimal: the decimal sign that this way supposes; empty if it supposes none.
        is_grouped: whether separators of thousands are in it.
    """

    digits: str
    decimal: DecimalSign
    is_grouped: bool


class _Amount(NamedTuple):
    """A number as it is written: its sign, what stands beside the digits, and the ways to read the digits."""

    sign: str
    beside: str
    readings: tuple[_Reading, ...]


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a column writes numbers, by what its cells show.

    A cell that can be read in one way only is read so, whatever the others look like. The column decides about cells
    that can be read in two, such as ``1,234``. Where it does not, they are refused.

    Args:
        decimal: the decimal sign that somebody has named; empty to go by the cells.
        currency: the ISO 4217 code of the currency in which amounts are; empty if the column holds none.
        points: whether a cell shows that the decimal sign is a point.
        commas: whether a cell shows that the decimal sign is a comma.
        thousands: whether a cell shows that commas separate thousands.
        money: whether a cell has a currency sign.
        foreign: whether something else in the table speaks for decimal commas, such as another column.

    >>> style = NumberStyle.of(["$8,211.40", "1,234", "38"], currency="USD")
    >>> style.read("1,234"), style.read("41 020.10 USD"), style.read("27.123456789012345678901234567890")
    (1234, 41020.1, 27.123456789012344)
    >>> NumberStyle.of(["27,1", "1,234"]).read("1,234")
    1.234
    >>> NumberStyle.of(["1,234", "38"]).read("1,234")
    Traceback (most recent call last):
    domain.people.cells.UnreadableCell: can be 1234 or 1.234: write it without the comma, or name the decimal sign
    """

    decimal: DecimalSign = ""
    currency: str = ""
    points: bool = False
    commas: bool = False
    thousands: bool = False
    money: bool = False
    foreign: bool = False

    @classmethod
    def of(cls, cells: Iterable[object], *, decimal: DecimalSign = "", currency: str = "") -> Self:
        """Return the style that the cells of a column show; what is no text or no number shows nothing."""
        points = commas = thousands = money = False
        for cell in cells:
            if not isinstance(cell, str):
                continue
            if _PLAIN.fullmatch(cell):  # as most are
                points = points or ("." in cell and not _EITHER.fullmatch(cell))
                continue
            amount = _amount(cell, currency)
            if amount is None:
                continue
            money = money or bool(amount.beside)
            if len(amount.readings) == 1:
                (reading,) = amount.readings
                points = points or reading.decimal == "."
                commas = commas or reading.decimal == ","
                thousands = thousands or (reading.decimal == "." and reading.is_grouped)
        return cls(decimal, currency, points, commas, thousands, money)

    def beside(self, others: Iterable[NumberStyle]) -> NumberStyle:
        """Return the style of the column in a table whose other columns have these styles."""
        return replace(self, foreign=any(other.commas and not other.points for other in others))

    def read(self, text: str | Decimal) -> int | float:
        """Return the number that a text means, or the decimal number of a database.

        Raises:
            UnreadableCell: if it is no number, or one of two and nothing shows which.
        """
        if isinstance(text, Decimal):
            return _number(str(text))
        text = text.strip()
        if self.is_plain and _PLAIN.fullmatch(text) and not (self.foreign and _EITHER.fullmatch(text)):
            return _number(text)
        amount = _amount(text, self.currency)
        if amount is None:
            raise UnreadableCell(self._expected(text))
        readings = [
            reading
            for reading in amount.readings
            if not self.decimal or not reading.decimal or reading.decimal == self.decimal
        ]
        if not readings:
            message = f"does not fit the decimal sign {self.decimal!r}"
            raise UnreadableCell(message)
        if len(readings) > 1:
            decimal = self._decimal_of("," if "," in text else ".")
            if not decimal:
                ways = " or ".join(sorted({reading.digits for reading in readings}, key=lambda digits: "." in digits))
                separator = "comma" if "," in text else "point"
                message = f"can be {ways}: write it without the {separator}, or name the decimal sign"
                raise UnreadableCell(message)
            readings = [reading for reading in readings if reading.decimal == decimal]
        return _number(amount.sign + readings[0].digits)

    @property
    def is_plain(self) -> bool:
        """Return whether numbers are read as programs write them: a point can only be the decimal sign."""
        return self.decimal != "," and (self.decimal == "." or not (self.commas or (self.money and not self.points)))

    def _decimal_of(self, separator: str) -> DecimalSign:
        """Return the decimal sign by which a number with one separator and three digits behind it is read."""
        if self.points and self.commas:
            return ""
        if self.commas:
            return ","
        if separator == ",":  # decimals of other cells are not enough: the comma might be a slip for a point
            return "." if self.thousands or self.money else ""
        return "." if self.points or not (self.money or self.foreign) else ""

    def _expected(self, text: str) -> str:
        parts = _PARTS.fullmatch(text.translate(_SIMPLER))
        beside = (parts[1].strip(" +-") or parts[3].strip()) if parts else ""
        if not 0 < len(beside) <= len("MEX$"):
            beside = unit_behind(text)
        if not beside:
            return "must be a number"
        return f"must be a number{f' of {self.currency}' if self.currency else ''}, without {beside!r}"


def _amount(text: str, currency: str) -> _Amount | None:
    """Take a cell apart; None if it is no number in any way."""
    text = text.strip()
    if _PLAIN.fullmatch(text) and ("e" in text or "E" in text):
        return _Amount("", "", (_Reading(text, "." if "." in text else "", is_grouped=False),))
    parts = _taken_apart(text)
    if parts is None or (parts.beside and not is_sign_of(parts.beside, currency)):
        return None
    readings = tuple(_readings(parts.digits))
    return _Amount(parts.sign, parts.beside, readings) if readings else None


class _Parts(NamedTuple):
    """The parts of a number as it is written."""

    sign: str
    beside: str
    digits: str


def _taken_apart(text: str) -> _Parts | None:
    """Take a cell apart; None if something stands both before and behind its digits.

    Accountants write an amount below zero in parentheses, or with the sign behind it.
    """
    text = text.strip().translate(_SIMPLER)
    is_negative = False
    if bare := _PARENTHESES.fullmatch(text):
        text, is_negative = f"{bare[1]}{bare[2]}", True
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    before, digits, after = parts[1].strip(), parts[2], parts[3].strip()
    if not is_negative and after.startswith("-"):
        after, is_negative = after.removeprefix("-").strip(), True
    else:
        for mark in ("-", "+"):
            if before.startswith(mark) or before.endswith(mark):
                is_negative = is_negative or mark == "-"
                before = before.replace(mark, "", 1).strip()
                break
    return None if before and after else _Parts("-" if is_negative else "", before or after, digits)


def _readings(digits: str) -> Iterable[_Reading]:
    if decimal := _WITH_DECIMALS.fullmatch(digits):
        yield _Reading(f"{decimal[1]}.{decimal[3]}" if decimal[2] else digits, _sign(decimal[2]), is_grouped=False)
    if grouped := _GROUPED.fullmatch(digits) or _INDIAN.fullmatch(digits):
        whole = re.sub(r"\D", "", grouped[1])
        if grouped[2] != grouped[3]:
            sign = _sign(grouped[3]) or _OTHER.get(grouped[2], "")
            yield _Reading(f"{whole}.{grouped[4]}" if grouped[3] else whole, sign, is_grouped=True)


def _sign(text: str | None) -> DecimalSign:
    return "." if text == "." else "," if text == "," else ""


def _number(digits: str) -> int | float:
    value = float(digits)
    if not math.isfinite(value):
        message = "must be a number that is not so large"
        raise UnreadableCell(message)
    return int(value) if value.is_integer() and abs(value) < _LARGEST else value

"""What a column of an unknown table holds, as far as a schema can be proposed from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Final

from domain.people.cells import NumberStyle, UnreadableCell, says_nothing, sign_beside
from domain.people.currencies import codes_of
from domain.people.fact import TRUTH
from domain.people.folding import fold
from domain.people.units import unit_behind

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_DIFFERENT: Final = 2_000
"""Different texts of a column that are remembered: a column with more is no choice."""
_STYLE_OF: Final = 200
_FEW: Final = 0.05
"""Part of the different texts of a column of numbers that may be none, such as "90+" among ages."""
_FEWEST: Final = 2
"""Different numbers that a column has beside codes for no value."""
_CODES: Final = frozenset((-8, -9, -88, -99, -888, -999, -9999, 98, 99, 888, 998, 999, 9998, 9999, 99999, 999999))
"""Numbers by which surveys and registers say that a value is not known."""
_CODES_BESIDE: Final = frozenset((-1, -2, -7, -15))
"""Numbers that say so where one of those below zero stands in the column, too: not asked, or no answer."""
_NAMED_MONTH: Final = re.compile(
    r"\d{1,2}[- .]?([^\W\d_]{3})[^\W\d_]*\.?[- .]?(?:\d{4}|\d{2})(?:[: T].*)?", re.IGNORECASE
)
_MONTHS: Final = frozenset(
    (
        *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        *("ene", "abr", "ago", "set", "dic"),
    )
)
_COMPACT: Final = re.compile(r"(?:19|20)\d{6}")
"""A date without signs between year, month and day, as claims files write it."""
_LAST_DAY: Final = 31
"""Of a month: a greater number is a year."""


@dataclass(slots=True)
class ColumnContent:
    """A column, counted cell by cell.

    Args:
        name: the name of the column.
        cells: how many cells have been counted.
        nothing: how many of them say so in which words that there is no value; "" for empty ones.
        texts: the different texts, and how often each stands there; not all of them if ``is_wide``.
        is_wide: whether there are more different texts than are remembered.
        dates: how many cells are dates, such as 2024-01-31, 31/01/2024 or 20240131.
    """

    name: str
    cells: int = 0
    nothing: Counter[str] = field(default_factory=Counter[str])
    texts: Counter[str] = field(default_factory=Counter[str])
    is_wide: bool = False
    dates: int = 0

    def add(self, cell: object) -> None:
        """Count a cell."""
        self.cells += 1
        text = "" if cell is None else str(cell).strip()
        if says_nothing(text):
            self.nothing[text.casefold()] += 1
            return
        self.dates += _is_date(text)
        if text in self.texts or len(self.texts) < MOST_DIFFERENT:
            self.texts[text] += 1
        else:
            self.is_wide = True

    @property
    def empty(self) -> int:
        """Return how many cells say that there is no value."""
        return self.nothing.total()

    @property
    def given(self) -> int:
        """Return how many cells hold a value."""
        return self.cells - self.empty

    @property
    def is_unique(self) -> bool:
        """Return whether hardly a value stands there twice."""
        return self.is_wide or len(self.texts) > 0.95 * self.given  # a few repeats may be mistakes

    @property
    def is_date(self) -> bool:
        """Return whether most values are dates."""
        return self.dates > self.given / 2

    @property
    def currency_sign(self) -> str:
        """Return what stands most often beside the amounts, such as a currency sign or its code; empty if nothing."""
        signs = Counter(sign for text in list(self.texts)[:_STYLE_OF] if codes_of(sign := sign_beside(text)))
        return signs.most_common(1)[0][0] if signs else ""

    def numbers(self, currency: str) -> Numbers | None:
        """Return what the values are as numbers; None if more than a few are none, or can be read in two ways."""
        style = NumberStyle.of(list(self.texts)[:_STYLE_OF], currency=currency)
        read, whole, unread = Counter[float](), True, list[str]()
        for text, times in self.texts.items():
            try:
                number = style.read(text)
            except UnreadableCell:
                unread.append(text)
                if len(unread) > len(self.texts) * _FEW:
                    return None
            else:
                read[float(number)] += times
                whole = whole and float(number).is_integer()
        if not self.texts:
            return None
        codes = codes_for_nothing(read)
        real = [number for number in read if number not in codes]
        return Numbers(min(real, default=inf), max(real, default=-inf), whole, tuple(unread), codes)

    @property
    def unit(self) -> str:
        """Return the unit that stands behind nearly all numbers of the column, such as years; empty without one."""
        texts = list(self.texts)[:_STYLE_OF]
        (unit, times), *_ = Counter(map(unit_behind, texts)).most_common(1) or [("", 0)]
        return unit if times > max(1, (1 - _FEW) * len(texts)) else ""

    @property
    def counts_rows(self) -> bool:
        """Return whether the cells are the numbers of the rows, from 0 or 1 on, as far as texts are remembered."""
        first = next(iter(self.texts), "")
        rows = range(int(first), int(first) + len(self.texts)) if first in ("0", "1") else ()
        are_once = not self.empty and set(self.texts.values()) == {1}
        return are_once and list(self.texts) == [*map(str, rows)]

    @property
    def is_flag(self) -> bool:
        """Return whether all values say yes or no."""
        return bool(self.texts) and all(fold(text) in TRUTH for text in self.texts)

    @property
    def choices(self) -> dict[str, list[str]]:
        """Return the different values: the commonest spelling of each, with its other spellings."""
        spelled: dict[str, list[str]] = {}
        for text, _ in self.texts.most_common():
            spelled.setdefault(fold(text), []).append(text)
        return {texts[0]: texts[1:] for texts in spelled.values()}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The range of a column of numbers, whether all are whole, the few texts that are none, and codes for no value."""

    low: float
    high: float
    whole: bool
    unread: tuple[str, ...] = ()
    codes: tuple[float, ...] = ()


def codes_for_nothing(read: Mapping[float, int]) -> tuple[float, ...]:
    """Return the numbers that likely stand for no value: -9, 999 and the like, several times, far from all others.

    Args:
        read: how often each number stands in the column.

    >>> codes_for_nothing({30: 5, 45: 4, 61: 3, -9: 2, 999: 2}), codes_for_nothing({30: 5, 70: 4, 99: 3})
    ((-9, 999), ())
    >>> codes_for_nothing({-9: 4, -1: 9, 30: 5, 45: 4}), codes_for_nothing({-1: 9, 0: 5, 1: 4})
    ((-9, -1), ())
    >>> codes_for_nothing({20: 5, 61: 4, 998: 2, 999: 3}), codes_for_nothing({20: 5, 61: 4, 99: 2, 999: 3})
    ((998, 999), (999,))
    """
    numbers = sorted(read)
    codes = [number for number in numbers if number < 0]
    are_codes = set(codes) <= _CODES | _CODES_BESIDE and any(read[code] > 1 for code in _CODES.intersection(codes))
    if not are_codes or len(numbers) - len(codes) < _FEWEST:
        codes.clear()
    numbers = numbers[len(codes) :]
    for i in range(_FEWEST, len(numbers)):
        is_far = numbers[i] > 2 * numbers[i - 1] - numbers[0]
        if is_far and all(number in _CODES and read[number] > 1 for number in numbers[i:]):
            return (*codes, *numbers[i:])
    return tuple(codes)


def _is_date(text: str) -> bool:
    named = _NAMED_MONTH.fullmatch(text)
    if named:
        return named[1].casefold() in _MONTHS
    if _COMPACT.fullmatch(text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = text[:10].replace("/", "-").replace(".", "-").split("-")
    if len(parts) != len(("year", "month", "day")) or not all(part.isdigit() for part in parts):
        return False
    first, second, third = map(int, parts)
    for year, month, day in ((first, second, third), (third, second, first), (third, first, second)):
        try:
            date(year, month, day)
        except ValueError:
            continue
        return year > _LAST_DAY
    return False

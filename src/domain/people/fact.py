"""A fact: one thing that is asked about a person, and which values it may have."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from domain.errors import FieldError
from domain.people.folding import fold
from domain.people.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Value: TypeAlias = int | float | bool | str | None
"""A value of a fact: a number, a truth value, the name of a choice, or None where it is not given."""
Words: TypeAlias = Mapping[str, str]
"""Language to text; the text under `ANY_LANGUAGE` stands for each language that has no text of its own."""

ANY_LANGUAGE: Final = ""
NO: Final = "no"
YES: Final = "yes"
NOT_GIVEN: Final = math.nan
"""The number that arrays carry for a value that is not given."""

TRUTH: Final[Mapping[str, bool]] = MappingProxyType(
    {
        **dict.fromkeys((YES, "y", "true", "t", "1", "si", "s", "verdadero", "v"), True),
        **dict.fromkeys((NO, "n", "false", "f", "0", "falso"), False),
    }
)
"""What the words of English and Spanish for yes and no mean, folded: each flag takes them."""


class Kind(StrEnum):
    """Kind of a fact's values."""

    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"

    @property
    def is_numeric(self) -> bool:
        """Return whether values are numbers on a scale."""
        return self in (Kind.WHOLE, Kind.NUMBER)


_TYPES: Final = {Kind.WHOLE: int, Kind.NUMBER: float, Kind.FLAG: bool, Kind.CHOICE: str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a schema.

    Args:
        name: the key in JSON, and its column in files unless ``column`` says otherwise.
        kind: what values it has.
        low: the lowest number that is accepted; None for no limit.
        high: the highest number that is accepted; None for no limit.
        unit: of numbers, for people.
        unit_words: the unit in languages that have a word of their own for it.
        choices: the names of the choices, in the order of their codes in arrays.
        may_be_missing: whether a person may leave it open.
        column: the column in files where that differs from the name.
        aliases: other names that its column may have.
        spellings: other words for a choice (of a flag, for ``yes`` and ``no``), compared folded, see `fold`.
        label: the name for people.
        help: a sentence on it for people.
        choice_labels: names of choices for people.
        section: the section of the form in which it is asked.
        calculator: the name of a calculator that the form offers for it.

    >>> bmi = Fact(name="bmi", kind=Kind.NUMBER, low=10, high=70, unit="kg/m²")
    >>> bmi.read(27), bmi.read(99).detail
    (27.0, 'must be from 10 to 70 kg/m²')
    >>> region = Fact(name="region", kind=Kind.CHOICE, choices=("north", "south"), spellings={"north": ("n",)})
    >>> region.read("N"), region.read("east").detail
    ('north', 'must be one of north, south')
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    unit: str = ""
    unit_words: Words = field(default_factory=dict[str, str])
    choices: tuple[str, ...] = ()
    may_be_missing: bool = False
    column: str = ""
    aliases: tuple[str, ...] = ()
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    label: Words = field(default_factory=dict[str, str])
    help: Words = field(default_factory=dict[str, str])
    choice_labels: Mapping[str, Words] = field(default_factory=dict[str, Words])
    section: Words = field(default_factory=dict[str, str])
    calculator: str = ""
    _values: Mapping[str, Value] = field(init=False, repr=False, compare=False)
    _codes: Mapping[Value, float] = field(init=False, repr=False, compare=False)
    _type: type = field(init=False, repr=False, compare=False)
    _low: float = field(init=False, repr=False, compare=False)
    _high: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, Value] = {}
        if self.kind is Kind.FLAG:
            names = {NO: False, YES: True}
        elif self.kind is Kind.CHOICE:
            names = {choice: choice for choice in self.choices}
        values: dict[str, Value] = {fold(name): value for name, value in names.items()}
        values |= TRUTH if self.kind is Kind.FLAG else {}
        for name, several in self.spellings.items():
            values.update({fold(spelling): names[name] for spelling in several if name in names})
        object.__setattr__(self, "_values", {**values, **names})
        object.__setattr__(self, "_codes", {value: float(code) for code, value in enumerate(names.values())})
        object.__setattr__(self, "_type", _TYPES[self.kind])
        object.__setattr__(self, "_low", -sys.float_info.max if self.low is None else self.low)
        object.__setattr__(self, "_high", sys.float_info.max if self.high is None else self.high)

    @property
    def header(self) -> str:
        """Return the name of its column in files."""
        return self.column or self.name

    @property
    def words(self) -> Mapping[str, Value]:
        """Return what each word for a choice or a flag means; words that are no choice's own name are folded."""
        return self._values

    @property
    def codes(self) -> int:
        """Return how many codes the fact has in arrays: the number of choices, 2 of a flag, 0 of a number."""
        return len(self._codes)

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the lowest and the highest number that arrays carry."""
        if self._codes:
            return 0.0, len(self._codes) - 1.0
        return (-math.inf if self.low is None else self.low), (math.inf if self.high is None else self.high)

    def read(self, value: object) -> Value | FieldError:
        """Return the value that is meant by decoded JSON, or the rule that it breaks.

        Args:
            value: a number, a truth value, or a text that names a choice or says yes or no.
        """
        if value.__class__ is self._type:  # most values are right already, and each of each person comes by here
            if value in self._codes if self._codes else self._low <= value <= self._high:  # type: ignore[operator]  # a number
                return value  # type: ignore[return-value]  # of the fact's own type
        elif value is None and self.may_be_missing:
            return None
        if self.kind is Kind.CHOICE:
            return self._read_word(value)
        if self.kind is Kind.FLAG:
            return value if isinstance(value, bool) else self._read_word(value)
        return self._read_number(value)

    def read_all(self, values: Sequence[object]) -> Sequence[Value] | None:
        """Return the values that are meant, as `read` does for each; None where one of them breaks a rule."""
        if set(map(type, values)) == {self._type} and self._are_right(values):
            return cast("Sequence[Value]", values)
        read = [self.read(value) for value in values]
        right = [value for value in read if not isinstance(value, FieldError)]
        return right if len(right) == len(read) else None

    def number(self, value: Value) -> float:
        """Return the number that arrays carry for a value: itself, or the code of a choice or a flag."""
        if value is None:
            return NOT_GIVEN
        return self._codes[value] if self._codes else float(value)

    def numbers(self, values: Sequence[Value]) -> Iterable[float]:
        """Return the numbers that arrays carry for values, as `number` does for each."""
        if None in values:
            return map(self.number, values)
        return map(self._codes.__getitem__, values) if self._codes else cast("Sequence[float]", values)

    def value(self, number: float) -> object:
        """Return the value for which a number of an array stands; a number that stands for none stays itself."""
        if number != number:  # noqa: PLR0124  # NaN, tested several times as fast as by math.isnan
            return None
        if self.kind is Kind.NUMBER or not number.is_integer():
            return number
        code = int(number)
        if self.kind is Kind.WHOLE:
            return code
        names: Sequence[Value] = (False, True) if self.kind is Kind.FLAG else self.choices
        return names[code] if 0 <= code < len(names) else number

    def _are_right(self, values: Sequence[Any]) -> bool:
        """Return whether values of the fact's own type keep its rules."""
        if self._codes:
            return self._codes.keys() >= set(values)
        # one sum tells whether there is a NaN, which compares to nothing; of infinite ones it may say so wrongly
        total = sum(values)
        return self._low <= min(values) and max(values) <= self._high and total == total  # noqa: PLR0124  # isnan refuses 10**400

    def _read_word(self, value: object) -> Value | FieldError:
        if isinstance(value, str):
            meant = self._values.get(value)
            if meant is None:
                meant = self._values.get(fold(value))
            if meant is not None:
                return meant
        if self.kind is Kind.FLAG:
            return FieldError(self.name, "type", 'must be true, false, "yes" or "no"')
        return FieldError(self.name, "choice", "must be one of " + ", ".join(self.choices))

    def _read_number(self, value: object) -> Value | FieldError:
        whole = self.kind is Kind.WHOLE
        rule = "must be a whole number" if whole else "must be a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return FieldError(self.name, "type", rule)
        # of a float only: `isnan` overflows on a whole number that no float can hold
        if isinstance(value, float) and (math.isnan(value) or (whole and value % 1 > 0)):
            return FieldError(self.name, "type", rule)
        if not self._low <= value <= self._high:
            return self._outside(value, rule)
        if not whole:
            return float(value)
        return value if isinstance(value, int) else FieldError(self.name, "type", rule)

    def _outside(self, number: float, rule: str) -> FieldError:
        """Return the error for a number that is infinite, or outside the limits."""
        low, high = self.bounds
        if abs(number) == math.inf or low <= number <= high:  # within the limits, but no float can hold it
            return FieldError(self.name, "type" if abs(number) == math.inf else "range", f"{rule} that is not so large")
        return FieldError(self.name, "range", f"must be {self.limits}")

    @property
    def limits(self) -> str:
        """Return the accepted range in words, for a sentence that begins with "must be"."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None:
            return f"at most {exact(self.high)}{unit}"
        if self.high is None:
            return f"at least {exact(self.low)}{unit}"
        return f"from {exact(self.low)} to {exact(self.high)}{unit}"


def in_language(words: Words, language: str, default: str = "") -> str:
    """Return the text in a language, else the text for any language, else the first there is, else the default."""
    return words.get(language) or words.get(ANY_LANGUAGE) or next(iter(words.values()), default)

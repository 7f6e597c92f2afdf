"""The field of a fact: a number with its limits, one of a few answers, or one of many; and where it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.people.fact import NO, YES, Fact, Kind, Value
from domain.people.numbers import round_step
from entrypoints.dashboard.widgets.bmi import COMMON, START
from entrypoints.dashboard.widgets.fields import ChoiceField, Field, NumberField, SelectField

if TYPE_CHECKING:
    from domain.people.schema import Schema
    from entrypoints.dashboard.locale.speech import Words

NOT_GIVEN: Final = ""
"""The option of a choice that stands for no value."""
Ranges: TypeAlias = Mapping[str, tuple[float, float]]
"""Name of a fact to its lowest and highest value in the data."""
_NOWHERE: Final[Ranges] = {}
_NO_VALUES: Final[Mapping[str, Value]] = {}
_NEARLY: Final = 1e-9
_STEPS: Final = 120
"""Steps of a slider, about."""
_WIDTH: Final = 10
"""Of a range for which no limit says how wide it is, at least."""
_FEW: Final = 3
"""Options that stand side by side, at most, …"""
_SHORT: Final = 14
"""… each of so many letters, at most."""
_LONGEST_UNIT: Final = 8
"""Letters of a unit that stands inside the box of its number, at most."""


def fact_field(fact: Fact, words: Words, *, value: Value, name: str = "") -> Field:
    """Make the field that asks for a fact. Its value, see `meaning`, is brought back after a reload."""
    name = name or fact.name
    (label, unit), hint = label_and_unit(fact, words), words.help(fact)
    unknown = words("fact.unknown") if fact.may_be_missing else ""
    if fact.kind.is_numeric:
        assert not isinstance(value, str)
        low, high = slider(fact) or (0.0, 0.0)
        return NumberField(
            name=name,
            value=value,
            label=label,
            hint=hint,
            unit=unit,
            low=low,
            high=high,
            step=step(fact, low, high) if high > low else 0,
            persistent=True,
            unknown=unknown,
        )  # fmt: skip
    options = words.choices(fact) + [(NOT_GIVEN, unknown)] * bool(unknown)
    kind = field_for(options)
    return kind(name=name, value=word(value), label=label, hint=hint, options=options, persistent=True)


def label_and_unit(fact: Fact, words: Words) -> tuple[str, str]:
    """Return the label of a fact's field, and the unit in the box; one that would lie on the number is in the label."""
    label, unit = words.label(fact), words.unit(fact)
    return (label, unit) if len(unit) <= _LONGEST_UNIT else (f"{label} ({unit})", "")


def field_for(options: Sequence[tuple[object, str]]) -> type[ChoiceField | SelectField]:
    """Return the field for options: side by side where they are few and short, else a list."""
    return ChoiceField if len(options) <= _FEW and all(len(text) <= _SHORT for _, text in options) else SelectField


def meaning(fact: Fact, entered: object) -> object:
    """Return what the value of a field means, right or wrong; None where it is left open."""
    return None if entered == NOT_GIVEN and not fact.kind.is_numeric else entered


def word(value: Value) -> str:
    """Return the option of a choice or a flag that stands for a value."""
    if isinstance(value, bool):
        return YES if value else NO
    return NOT_GIVEN if value is None else str(value)


def start_of(schema: Schema, usual: Mapping[str, Value] = _NO_VALUES) -> dict[str, Value]:
    """Return a person to start with.

    What is not in ``usual`` is left open where it may be, and else follows a rule: a count, which is a whole number
    from 0, starts at 1; another number a quarter up its range, rounded.

    Args:
        schema: what is asked.
        usual: ordinary values in the data of the champion, by the fact's name.
    """
    return {fact.name: usual.get(fact.name, None if fact.may_be_missing else _start(fact)) for fact in schema.facts}


def slider(fact: Fact, learnt: Ranges = _NOWHERE) -> tuple[float, float] | None:
    """Return the range over which a number is moved by hand or drawn; None where it has no two limits.

    Args:
        fact: a number.
        learnt: the range of its values in the data, by its name; beyond that range a model can only guess.
    """
    if fact.calculator == "bmi":
        return COMMON
    low, high = learnt.get(fact.name, (fact.low, fact.high))
    if low is None or high is None or low >= high:
        return None
    size = step(fact, low, high)
    low, high = floor(low / size + _NEARLY) * size, ceil(high / size - _NEARLY) * size
    bounds = fact.bounds
    return max(float(f"{low:.10g}"), bounds[0]), min(float(f"{high:.10g}"), bounds[1])


def around(fact: Fact, value: float) -> tuple[float, float]:
    """Return a range around a value of a number without two limits: from its one limit, or zero, to twice the value."""
    low = fact.low if fact.low is not None else min(0.0, 2 * value, 0.0 if fact.high is None else fact.high - _WIDTH)
    high = fact.high if fact.high is not None else max(2 * value, low + _WIDTH)
    return low, high


def step(fact: Fact, low: float, high: float, most: float = _STEPS) -> float:
    """Return the least 1, 2 or 5 times a power of ten by which a range has at most so many steps.

    >>> visits, weight = Fact(name="visits", kind=Kind.WHOLE), Fact(name="weight", kind=Kind.NUMBER)
    >>> step(visits, 18, 100), step(visits, 0, 1000), step(weight, 15, 55)
    (1.0, 10.0, 0.5)
    """
    size = round_step((high - low) / most)
    return max(size, 1.0) if fact.kind is Kind.WHOLE else size


def _start(fact: Fact) -> Value:
    if fact.kind is Kind.FLAG:
        return False
    if fact.kind is Kind.CHOICE:
        return fact.choices[0]
    if fact.calculator == "bmi":
        return START
    low, high = fact.low, fact.high
    if low is None or high is None:
        near = low if low is not None else min(high, 0.0) if high is not None else 0.0
        return int(near) if fact.kind is Kind.WHOLE else near
    if fact.kind is Kind.WHOLE and low == 0:
        return int(min(1, high))
    size = 10.0 ** floor(log10(high - low)) if high > low else 1.0
    value = min(max(round((low + (high - low) / 4) / size) * size, low), high)
    return round(value) if fact.kind is Kind.WHOLE else value

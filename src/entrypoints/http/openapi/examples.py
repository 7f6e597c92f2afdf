"""Example values of facts for the OpenAPI document, derived from limits and choices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from domain.errors import FieldError
from domain.people.fact import Fact, Kind, Value

if TYPE_CHECKING:
    from domain.people.schema import Schema

_QUARTER: Final = 0.25
_MIDDLE: Final = 0.5


def example_of(fact: Fact) -> Value:
    """Return a valid value of a fact.

    >>> example_of(Fact(name="age", kind=Kind.WHOLE, low=18, high=100))
    38
    >>> example_of(Fact(name="plan", kind=Kind.CHOICE, choices=("basic", "full")))
    'basic'
    """
    if fact.kind is Kind.FLAG:
        return False
    return fact.choices[0] if fact.kind is Kind.CHOICE else _number(fact, _QUARTER)


def other_example_of(fact: Fact) -> Value:
    """Return a valid value that differs from `example_of`, if there is one."""
    if fact.kind is Kind.FLAG:
        return True
    return fact.choices[1] if fact.kind is Kind.CHOICE else _number(fact, _MIDDLE)


def example_person(schema: Schema) -> dict[str, Value]:
    """Return a valid person."""
    return {fact.name: example_of(fact) for fact in schema.facts}


def example_error(schema: Schema) -> FieldError:
    """Return an example of a field error, for a number beyond its limit if the schema has any."""
    limited = [fact for fact in schema.numeric if fact.low is not None or fact.high is not None]
    if limited:
        return FieldError(limited[0].name, "range", f"must be {limited[0].limits}")
    return FieldError(schema.names[0], "missing", "is required")


def _number(fact: Fact, share: float) -> int | float:
    """Return the number at a share of the way from the lowest to the highest, or at the only limit there is."""
    low, high = fact.bounds
    if math.isinf(low) or math.isinf(high):
        at = 0.0 if math.isinf(low) and math.isinf(high) else high if math.isinf(low) else low
    else:
        at = min(max(float(f"{low + share * (high - low):.4g}"), low), high)
    if fact.kind is Kind.NUMBER:
        return at
    return max(math.floor(at), math.floor(at) if math.isinf(low) else math.ceil(low))

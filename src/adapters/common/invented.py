"""Invented people for any schema: facts within their limits, and costs by a rule of our own."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

from domain.people.fact import NOT_GIVEN, Fact, Kind
from domain.people.terms import Factor, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.people.schema import Schema

_SPAN: Final = 100.0
"""From the lowest to the highest number of a fact that has no such limits."""
_STEPS: Final = 1000
"""Numbers lie on so many steps between their limits, about."""
_YES, _MISSING, _SHOCKS = 0.3, 0.05, 0.1
_LEAST, _FACTS, _TERM = 1_000.0, 6_000.0, 5_000.0
_NOISE: Final = 0.05
_HIGHEST_SHOCK: Final = 20_000.0


def invented_people(schema: Schema, rows: int, seed: int) -> Iterator[tuple[tuple[float, ...], float]]:
    """Yield people as arrays carry them, each with the cost of the year; the same for the same seed.

    Numbers are drawn evenly between their limits, choices equally, and three in ten flags are yes; one in twenty values
    that may be missing is missing. A year costs 1,000. The facts add up to 6,000, the first of a schema most: each in
    proportion to where its value lies between its limits. Each term adds up to 5,000, in proportion to the product of
    its factors. Every bill is up to 5 % off, and one year in ten costs up to 20,000 more that nothing foretells. What
    is missing costs as much as the middle.

    Args:
        schema: which facts there are.
        rows: how many people.
        seed: the seed of every draw.
    """
    draw = random.Random(seed)  # noqa: S311  # a sample, not a secret
    weights = [1 / (place + 1) for place in range(schema.width)]
    terms = schema.product_terms
    for _ in range(rows):
        row = tuple(_drawn(fact, draw) for fact in schema.facts)
        places = {fact.name: _place(fact, number) for fact, number in zip(schema.facts, row, strict=True)}
        numbers = dict(zip(schema.names, row, strict=True))
        facts = sum(weight * place for weight, place in zip(weights, places.values(), strict=True)) / sum(weights)
        products = sum(math.prod(_share(factor, places, numbers, schema) for factor in term) for term in terms)
        cost = (_LEAST + _FACTS * facts + _TERM * products) * draw.uniform(1 - _NOISE, 1 + _NOISE)
        shock = draw.uniform(0, _HIGHEST_SHOCK) if draw.random() < _SHOCKS else 0.0
        yield row, round(cost + shock, 2)


def _limits(fact: Fact) -> tuple[float, float]:
    """Return the limits of a fact, and a span of our own where it has none."""
    low, high = fact.bounds
    if math.isinf(low):
        low = 0.0 if math.isinf(high) else high - _SPAN
    return low, (low + _SPAN if math.isinf(high) else high)


def _drawn(fact: Fact, draw: random.Random) -> float:
    missing = draw.random() < _MISSING
    low, high = _limits(fact)
    if fact.kind is Kind.FLAG:
        number = float(draw.random() < _YES)
    elif fact.kind is Kind.NUMBER:
        step = 10.0 ** math.floor(math.log10((high - low) / _STEPS))
        number = min(max(round(round(draw.uniform(low, high) / step) * step, 12), low), high)
    else:
        number = float(draw.randint(math.ceil(low), math.floor(high)))
    return NOT_GIVEN if missing and fact.may_be_missing else number


def _place(fact: Fact, number: float) -> float:
    """Return where a value lies between its limits, 0 to 1."""
    low, high = _limits(fact)
    return 0.5 if math.isnan(number) else (number - low) / (high - low)


def _share(factor: Factor, places: Mapping[str, float], numbers: Mapping[str, float], schema: Schema) -> float:
    """Return how much of a factor a person has, 0 to 1."""
    fact, number = schema.by_name[factor.fact], numbers[factor.fact]
    if factor.shape is Shape.IS:
        return float(number == fact.number(fact.words[factor.choice]))
    if factor.shape in (Shape.FROM, Shape.ABOVE):
        low, high = _limits(fact)
        threshold = (low + high) / 2 if factor.threshold is None else factor.threshold
        return float(number >= threshold if factor.shape is Shape.FROM else number > threshold)
    return places[fact.name] ** (2 if factor.shape is Shape.SQUARE else 1)

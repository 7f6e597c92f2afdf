"""Settings of the interaction families: the terms of a schema that take part, and their thresholds."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TypeVar

from domain.models.model import Choice, FloatRange, Hyperparameters, HyperparameterValue, SearchSpace
from domain.people.folding import fold
from domain.people.numbers import exact
from domain.people.terms import Factor, Shape, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domain.people.schema import Schema

_FORMER: Final = {"obesity_threshold": "obese_threshold"}
"""Names of settings in earlier recipes, to the current names."""
_TAKEN: Final = ("alpha", "epsilon")
"""Names of the families' other settings."""
_SEARCHED: Final = 15
"""The share of the fact's limits within which a declared threshold is searched, below and above."""
_THRESHOLDS: Final = (Shape.FROM, Shape.ABOVE)
_Value = TypeVar("_Value")
_UNSAFE: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class TermSettings:
    """The settings of a schema's terms, by the names of their hyperparameters.

    Args:
        terms: the terms that can be switched off.
        facts: the facts that no term names: each can be left out.
        thresholds: the factors whose threshold can be moved, or is learned.

    >>> from tests.support.default_schema import DEFAULT
    >>> settings = TermSettings.of(DEFAULT)
    >>> list(settings.terms), list(settings.facts), list(settings.thresholds)  # doctest: +NORMALIZE_WHITESPACE
    (['age_squared', 'smoker_bmi', 'smoker_obese', 'smoker_age', 'children_as_categories'],
     ['sex', 'region'], ['obese_threshold'])
    """

    schema: Schema
    terms: Mapping[str, Term]
    facts: Mapping[str, str]
    thresholds: Mapping[str, Factor]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """Derive the settings from a schema."""
        conditions = {
            group.condition: group.name.removesuffix("=yes")
            for group in schema.reported_groups
            if group.condition.shape in _THRESHOLDS and group.name.endswith("=yes")
        }
        taken = Counter[str](_TAKEN)
        terms = schema.product_terms
        # the main effect of a fact is there without its being declared
        switched = [term for term in terms if [factor.shape for factor in term] != [Shape.PLAIN]]
        named = {factor.fact for term in terms for factor in term}
        moved = dict.fromkeys(factor for term in terms for factor in term if factor.shape in _THRESHOLDS)
        return cls(
            schema,
            dict(_unique((("_".join(_name(factor, conditions) for factor in term), term) for term in switched), taken)),
            dict(_unique(((name, name) for name in schema.names if name not in named), taken)),
            dict(_unique(((f"{_name(factor, conditions)}_threshold", factor) for factor in moved), taken)),
        )

    @property
    def defaults(self) -> dict[str, HyperparameterValue]:
        """Return the default of each setting: all switched on, thresholds as declared.

        A threshold of None is learned from the rows that a model is fitted on.
        """
        switches: dict[str, HyperparameterValue] = dict.fromkeys((*self.terms, *self.facts), True)
        return {**switches, **{name: factor.threshold for name, factor in self.thresholds.items()}}

    @property
    def space(self) -> SearchSpace:
        """Return the search space of tuning: each switch, and each declared threshold of a fact that has limits."""
        switches: dict[str, Choice | FloatRange] = {name: Choice((True, False)) for name in (*self.terms, *self.facts)}
        for name, factor in self.thresholds.items():
            fact = self.schema.by_name[factor.fact]
            if factor.threshold is not None and fact.low is not None and fact.high is not None:
                around = (fact.high - fact.low) / _SEARCHED
                switches[name] = FloatRange(factor.threshold - around, factor.threshold + around)
        return switches

    def renamed(self, hyperparameters: Hyperparameters) -> dict[str, HyperparameterValue]:
        """Return hyperparameters under their current names; where both names are given, the current one counts."""
        defaults = self.defaults
        now = {
            name: _FORMER[name] if name in _FORMER and _FORMER[name] in defaults else name for name in hyperparameters
        }
        former = {now[name]: value for name, value in hyperparameters.items() if now[name] != name}
        return {**former, **{name: value for name, value in hyperparameters.items() if now[name] == name}}


def _name(factor: Factor, conditions: Mapping[Factor, str]) -> str:
    match factor.shape:
        case Shape.PLAIN:
            return factor.fact
        case Shape.SQUARE:
            return f"{factor.fact}_squared"
        case Shape.CATEGORIES:
            return f"{factor.fact}_as_categories"
        case Shape.LOG:
            return f"log_{factor.fact}"
        case Shape.IS:
            return f"{factor.fact}_{_plain(factor.choice)}"
        case Shape.FROM | Shape.ABOVE:
            return _condition_name(factor, conditions)


def _condition_name(factor: Factor, conditions: Mapping[Factor, str]) -> str:
    """Return the name of the group of a condition; for a learned condition, of a group of the same fact."""
    if factor.threshold is not None:
        return conditions.get(factor) or f"{factor.fact}_{factor.shape.value}_{_plain(exact(factor.threshold))}"
    named = [name for condition, name in conditions.items() if condition.fact == factor.fact]
    return named[0] if named else f"{factor.fact}_{factor.shape.value}_learned"


def _plain(text: str) -> str:
    """Return a text as a part of a name: small letters and digits, with _ between them."""
    return _UNSAFE.sub("_", fold(text)).strip("_") or "other"


def _unique(named: Iterable[tuple[str, _Value]], taken: Counter[str]) -> Iterator[tuple[str, _Value]]:
    """Yield each pair with a unique name: the second pair of a name ends in _2."""
    for name, value in named:
        taken[name] += 1
        yield (name if taken[name] == 1 else f"{name}_{taken[name]}"), value

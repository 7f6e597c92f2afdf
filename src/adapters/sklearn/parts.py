"""Preprocessing of public scikit-learn parts that are fast for one row.

A ColumnTransformer costs milliseconds a call, however few the rows; a chain of `np.take` and `np.clip` on arrays costs
hundredths. So columns are taken (some several times), turned into steps by clipping, scaled to 0-1, multiplied with
each other, and the products that are needed are taken.
"""

from __future__ import annotations

from itertools import chain, combinations_with_replacement, product
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PolynomialFeatures

from domain.models.term_settings import TermSettings
from domain.people.fact import Kind
from domain.people.terms import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.models.model import HyperparameterValue
    from domain.people.fact import Fact
    from domain.people.schema import Schema
    from domain.people.terms import Factor, Term

STEP: Final = 2.0**-20
"""Width of the ramp that makes a step. It is a power of two, so that scaling the ramp to 0-1 is exact."""

_MOST_STEPS: Final = 5
"""The most steps of a number as categories: its lowest six whole values, the sixth of which includes all above."""
_TWO: Final = 2
_Column = tuple[int, float, float]
"""The position of a column, and the bounds to which its numbers are clipped."""
_Product = tuple[str, ...]


def take(indices: Sequence[int]) -> FunctionTransformer:
    """Take the columns at these positions, in this order; positions may repeat."""
    return FunctionTransformer(np.take, kw_args={"indices": list(indices), "axis": 1})


def clip(lows: Sequence[float], highs: Sequence[float]) -> FunctionTransformer:
    """Clip each column to bounds of its own."""
    return FunctionTransformer(np.clip, kw_args={"a_min": np.array(lows), "a_max": np.array(highs)})


def filled(schema: Schema) -> list[Any]:
    """Return the steps that fill missing values; none where no fact may be missing.

    Medians take the place of missing values, and a column for each fact that may be missing marks them.
    """
    return [*_filled(schema), take([*range(schema.width), *_marks(schema).values()])] if _marks(schema) else []


def main_effects(schema: Schema) -> list[Any]:
    """Return each fact, choices as categories, all scaled to 0-1."""
    design = _Design(schema)
    for fact in schema.facts:
        design.main_effect(fact)
    design.add_marks()
    return [*_filled(schema), *_scaled(design.columns.values())]


def interactions(schema: Schema, settings: Mapping[str, HyperparameterValue]) -> list[Any]:
    """Return the main effects of a schema and the products of its terms, scaled to 0-1.

    The columns are the facts that terms name, those that are taken as categories, those that no term names, and the
    products, term by term.

    Args:
        schema: the facts and terms.
        settings: a value for each name of `TermSettings.defaults`; each threshold a number.
    """
    names = TermSettings.of(schema)
    design = _Design(schema, {factor: _number(settings[name]) for name, factor in names.thresholds.items()})
    categories = {
        term[0].fact: bool(settings[name])
        for name, term in names.terms.items()
        if len(term) == 1 and term[0].shape is Shape.CATEGORIES
    }
    named = {factor.fact for term in schema.product_terms for factor in term}
    left_in = {fact for name, fact in names.facts.items() if settings[name]}
    for group in (named - categories.keys(), categories.keys(), left_in):
        for fact in schema.facts:
            if fact.name in group:
                design.main_effect(fact, as_categories=categories.get(fact.name, False))
    design.add_marks()
    for name, term in names.terms.items():
        if settings[name]:
            design.add(term)
    return [*_filled(schema), *design.extras(), *_scaled(design.columns.values()), *design.chosen()]


class _Design:
    """The columns that are made of facts, and the columns and products that a model gets."""

    def __init__(self, schema: Schema, thresholds: Mapping[Factor, float] | None = None) -> None:
        self._schema = schema
        self._thresholds = thresholds or {}
        self._logs: list[int] = []
        self._choices: list[tuple[int, float]] = []
        self.columns: dict[str, _Column] = {}
        self._chosen: dict[_Product, None] = {}
        self._extra: dict[str, tuple[bool, int]] = {}

    def main_effect(self, fact: Fact, *, as_categories: bool = False) -> None:
        for name in self._steps(fact) if as_categories else self._plain(fact):
            self._chosen[(name,)] = None

    def add_marks(self) -> None:
        """Add the columns that mark missing facts."""
        for name, position in _marks(self._schema).items():
            self.columns[f"{name} is missing"] = (position, -np.inf, np.inf)
            self._chosen[(f"{name} is missing",)] = None

    def add(self, term: Term) -> None:
        """Add the products of a term; a fact as categories was added before."""
        if len(term) == 1 and term[0].shape is Shape.CATEGORIES:
            return
        for parts in product(*map(self._parts, term)):
            self._chosen[tuple(sorted(chain(*parts), key=list(self.columns).index))] = None

    def extras(self) -> list[Any]:
        """Return the steps that add columns which are no facts: logarithms and single choices."""
        if not self._extra:
            return []
        parts: list[tuple[str, Any]] = [("facts", FunctionTransformer())]
        if self._logs:
            parts.append(("logs", make_pipeline(take(self._logs), FunctionTransformer(np.log1p))))
        if self._choices:
            positions, codes = zip(*self._choices, strict=True)
            equal = {"b": np.array(codes), "rtol": 0.0, "atol": 0.25}
            parts.append(("choices", make_pipeline(take(positions), FunctionTransformer(np.isclose, kw_args=equal))))
        # logarithms stand before choices, whatever the order in which terms asked for them
        for name, (is_log, place) in self._extra.items():
            at = _width(self._schema) + place + (0 if is_log else len(self._logs))
            self.columns[name] = (at, -np.inf, np.inf)
        return [FeatureUnion(parts)]

    def chosen(self) -> list[Any]:
        """Return the steps that take single columns, and multiply the factors of products."""
        names = list(self.columns)
        singles = [names.index(product[0]) for product in self._chosen if len(product) == 1]
        products = [product for product in self._chosen if len(product) > 1]
        if not products:
            return [take(singles)]
        factors = [name for name in names if any(name in product for product in products)]
        most = max(map(len, products))
        all_products = [
            product for size in range(1, most + 1) for product in combinations_with_replacement(factors, size)
        ]
        multiplied = make_pipeline(
            take([names.index(name) for name in factors]),
            PolynomialFeatures(most, include_bias=False),
            take([all_products.index(product) for product in products]),
        )
        return [FeatureUnion([("singles", take(singles)), ("products", multiplied)])]

    def _parts(self, factor: Factor) -> list[_Product]:
        """Return the columns, or products of columns, that a factor stands for."""
        fact = self._schema.by_name[factor.fact]
        match factor.shape:
            case Shape.PLAIN:
                return [(name,) for name in self._plain(fact)]
            case Shape.SQUARE:
                return [(name, name) for name in self._plain(fact)]
            case Shape.CATEGORIES:
                return [(name,) for name in self._steps(fact)]
            case Shape.LOG:
                return [(self._log(fact),)]
            case Shape.IS:
                return [(self._choice(fact, factor.choice),)]
            case Shape.FROM | Shape.ABOVE:
                return [(self._threshold(factor),)]

    def _plain(self, fact: Fact) -> list[str]:
        if fact.kind is Kind.CHOICE and fact.codes > _TWO:
            return self._steps(fact)
        self.columns.setdefault(fact.name, (self._schema.place(fact.name), -np.inf, np.inf))
        return [fact.name]

    def _steps(self, fact: Fact) -> list[str]:
        """Add a column for each value but the lowest: 0 below the value, 1 from it on.

        They span the same space as a column for each value.
        """
        low = int(fact.low or 0)
        high = fact.codes - 1 if fact.codes else int(min(fact.bounds[1], low + _MOST_STEPS))
        place, names = self._schema.place(fact.name), []
        for start in range(low + 1, high + 1):
            names.append(f"{fact.name}>={start}")
            self.columns.setdefault(names[-1], (place, start - 1.0, float(start)))
        return names

    def _threshold(self, factor: Factor) -> str:
        threshold = self._thresholds[factor]
        width = max(STEP, float(np.spacing(abs(threshold))))
        ramp = (threshold - width, threshold) if factor.shape is Shape.FROM else (threshold, threshold + width)
        self.columns.setdefault(factor.text, (self._schema.place(factor.fact), *ramp))
        return factor.text

    def _log(self, fact: Fact) -> str:
        name = f"log({fact.name})"
        if name not in self._extra:
            self._extra[name] = (True, len(self._logs))
            self._logs.append(self._schema.place(fact.name))
            self.columns[name] = (0, -np.inf, np.inf)  # its position is given by `extras`
        return name

    def _choice(self, fact: Fact, choice: str) -> str:
        name = f"{fact.name}={choice}"
        if name not in self._extra:
            self._extra[name] = (False, len(self._choices))
            self._choices.append((self._schema.place(fact.name), fact.number(fact.words[choice])))
            self.columns[name] = (0, -np.inf, np.inf)  # as above
        return name


def _number(value: HyperparameterValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"a threshold is {value!r}, and must be a number"
        raise TypeError(message)
    return float(value)


def _marks(schema: Schema) -> dict[str, int]:
    """Return the column of the mark that `_filled` adds for each fact that may be missing."""
    return {fact.name: schema.width + place for place, fact in enumerate(schema.facts) if fact.may_be_missing}


def _width(schema: Schema) -> int:
    return schema.width * (2 if _marks(schema) else 1)


def _filled(schema: Schema) -> list[Any]:
    """Return the steps that fill in medians, and append the marks of missing facts."""
    if not _marks(schema):
        return []
    values = SimpleImputer(strategy="median", keep_empty_features=True)
    return [FeatureUnion([("values", values), ("missing", MissingIndicator(features="all", error_on_new=False))])]


def _scaled(columns: Iterable[_Column]) -> list[Any]:
    positions, lows, highs = zip(*columns, strict=True)
    return [take(positions), clip(lows, highs), MinMaxScaler()]

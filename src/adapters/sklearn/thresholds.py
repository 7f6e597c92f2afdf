"""Thresholds that are learned from the data, each between values that occur in the training rows."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.pipeline import make_pipeline

from adapters.sklearn import weighting
from adapters.sklearn.least_absolute import median_regression
from adapters.sklearn.parts import main_effects
from domain.models.term_settings import TermSettings
from domain.people.fact import YES
from domain.people.terms import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.table import Table
    from domain.models.model import HyperparameterValue, Recipe
    from domain.people.schema import Schema
    from domain.people.terms import Factor, Term

    Floats = NDArray[np.float64]

_FEWEST: Final = 20
"""The fewest rows on either side of a threshold."""
_ROUNDS: Final = 10
_LEAST_SHARE: Final = 0.05
"""The share of their mean below which residuals are not counted smaller."""
_RANK: Final = 1e-9
_MOST_DIGITS: Final = 9
_MOST_REMEMBERED: Final = 1_000

_remembered: dict[tuple[Factor, Term, str, bytes], float] = {}


def with_thresholds(recipe: Recipe, table: Table) -> Recipe:
    """Return the recipe with a number for each threshold that it leaves open.

    The threshold is the value at which costs jump most, beyond the separate effects of the facts, by least absolute
    deviation, which a few very high costs do not influence. Rows are weighted by the other factors of the term.
    """
    names = TermSettings.of(table.schema)
    settings = {**names.defaults, **names.renamed(recipe.hyperparameters)}
    learned: dict[str, HyperparameterValue] = {}
    for name, factor in names.thresholds.items():
        if settings[name] is None:
            term = next(term for term in table.schema.product_terms if factor in term)
            learned[name] = _learned(factor, term, table)
    return replace(recipe, hyperparameters={**recipe.hyperparameters, **learned}) if learned else recipe


def same_side(table: Table, row: Floats) -> NDArray[np.bool_]:
    """Return a mask of the rows on the same side as a row of every threshold in the schema's terms.

    Where the terms leave a threshold open, it is learned from the table. "Not given" lies below.
    """
    names = TermSettings.of(table.schema)
    same = np.ones(len(table), dtype=bool)
    for name, factor in names.thresholds.items():
        threshold = names.defaults[name]
        if not isinstance(threshold, int | float):
            term = next(term for term in table.schema.product_terms if factor in term)
            threshold = _learned(factor, term, table)
        column = table.schema.place(factor.fact)
        above = np.greater_equal if factor.shape is Shape.FROM else np.greater
        same &= above(table.rows[:, column], threshold) == above(row[column], threshold)
    return same


def _learned(factor: Factor, term: Term, table: Table) -> float:
    """Return the threshold of a factor; several recipes learn it from the same rows, so that it is remembered."""
    digest = hashlib.blake2b(digest_size=16)
    for array in (table.rows, table.charges, table.weights):
        digest.update(np.ascontiguousarray(array).data)
    key = (factor, term, table.schema.digest, digest.digest())
    threshold = _remembered.get(key)
    if threshold is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = threshold = _best(factor, term, table)
    return threshold


def _best(factor: Factor, term: Term, table: Table) -> float:
    schema = table.schema
    values = table.rows[:, schema.place(factor.fact)]
    weights = weighting.relative(table.weights)
    for other in term:
        if other is not factor:
            weights = weights * np.maximum(_factor(other, table.rows, schema), 0.0)
    usable = np.flatnonzero(np.isfinite(values) & (weights > 0))
    if not len(usable):
        return float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0
    usable = usable[np.argsort(values[usable], kind="stable")]
    values, weights, charges = values[usable], weights[usable], table.charges[usable]
    design = make_pipeline(*main_effects(schema)).fit_transform(table.rows[usable])
    begins = _step(values, charges, weights, design)
    if begins is None:
        return float(np.median(values))
    return _roundest(float(values[begins - 1]), float(values[begins]), is_above=factor.shape is Shape.ABOVE)


def _roundest(lower: float, upper: float, *, is_above: bool) -> float:
    """Return the number with the fewest digits between two values: thresholds in use are round.

    >>> _roundest(29.925, 30.02, is_above=True), _roundest(30.0, 30.2, is_above=True)
    (30.0, 30.0)
    >>> _roundest(29.9, 30.0, is_above=False), _roundest(2.5, 2.5000001, is_above=True)
    (30.0, 2.5)
    """
    middle = (lower + upper) / 2
    for digits in range(-_MOST_DIGITS, _MOST_DIGITS + 1):
        nearest = round(middle, digits)
        outermost = round(lower, digits) if is_above else round(upper, digits)
        for number in (nearest, outermost):
            if (lower <= number < upper) if is_above else (lower < number <= upper):
                return number
    return lower if is_above else upper


def _step(values: Floats, charges: Floats, weights: Floats, design: Floats) -> int | None:
    """Return the position of the step that, beside a design, fits costs best by least absolute deviation.

    Least squares finds a first step. Then each round fits the median regression with the step, and finds the best step
    by least squares with the weights of its residuals, as `median_regression` does.

    Args:
        values: the values of the fact, n rising numbers.
        charges: n.
        weights: n.
        design: the columns that explain costs beside the step, n x p.

    Returns:
        A position from 1 on, whose value is above the one before it; None if no step leaves enough rows on both sides.
    """
    few = min(_FEWEST, max(1, len(values) // 2))
    between = np.arange(few, len(values) - few + 1)
    between = between[values[between - 1] < values[np.minimum(between, len(values) - 1)]]
    if not len(between):
        return None
    counting, tried = weights, list[int]()
    while True:
        best = int(between[np.argmax(_gains(charges, counting, design)[between])])
        if best in tried or len(tried) == _ROUNDS:
            return best
        tried.append(best)
        stepped = np.column_stack([design, (np.arange(len(values)) >= best).astype(np.float64)])
        residuals = np.abs(charges - median_regression(stepped, charges, 0.0, weights).predict(stepped))
        least = _LEAST_SHARE * np.average(residuals, weights=weights)
        if not least:
            return best
        counting = weights / np.maximum(residuals, least)


def _gains(charges: Floats, weights: Floats, design: Floats) -> Floats:
    """Return for each row the reduction of the weighted squared error by a step that begins at this row."""
    root = np.sqrt(weights)
    basis, sizes, _ = np.linalg.svd(np.column_stack([root, design * root[:, None]]), full_matrices=False)
    basis = basis[:, sizes > _RANK * sizes[0]]
    scaled = charges * root
    unexplained = scaled - basis @ (basis.T @ scaled)

    def above(numbers: Floats) -> Floats:
        return np.cumsum(numbers[::-1], axis=0)[::-1]

    explained = np.sum(above(basis * root[:, None]) ** 2, axis=1)
    free = above(weights) - explained
    return np.divide(
        above(unexplained * root) ** 2, free, out=np.zeros_like(free), where=free > _RANK * float(weights.sum())
    )


def _factor(factor: Factor, rows: Floats, schema: Schema) -> Floats:
    """Return the value of a factor for each row; 0 for missing values."""
    fact = schema.by_name[factor.fact]
    values = np.nan_to_num(rows[:, schema.place(fact.name)], nan=0.0)
    if factor.shape is Shape.IS:
        return (values == fact.number(fact.words[factor.choice])).astype(np.float64)
    if factor.shape in (Shape.FROM, Shape.ABOVE) and factor.threshold is not None:
        is_above = values >= factor.threshold if factor.shape is Shape.FROM else values > factor.threshold
        return is_above.astype(np.float64)
    if fact.codes and YES in fact.words:
        return values
    return np.ones(len(rows))

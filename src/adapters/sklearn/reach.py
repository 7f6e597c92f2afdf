"""The facts in which people are compared, and their largest differences, by a schema and training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from domain.people.fact import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.people.fact import Fact
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]

MOST_COMPARED: Final = 4
"""The most facts in which people are compared: in more, hardly any two people are alike."""

_WHOLE_SHARE: Final = 1 / 10
_NUMBER_SHARE: Final = 1 / 15
_SPREAD_SHARE: Final = 0.6
_BINS: Final = 10


def reach_in_each(schema: Schema, rows: Floats, charges: Floats) -> Floats:
    """Return the largest difference of people alike in each fact.

    People are compared in the facts of the schema's terms, or in all if it has none; at most in the `MOST_COMPARED`
    that explain most of the cost. A flag or a choice has to be equal. Numbers may differ by a tenth of the accepted
    range, rounded, where they are whole, and by a fifteenth where they are not; where the range has no end, by 0.6
    standard deviations of the training rows. The shares are a rule of our own. For the public insurance data they give
    what was there before schemas: the same smoking, within 8 years, 4 kg/m² and 2 children.

    Args:
        schema: which facts there are.
        rows: training rows, n x width.
        charges: the costs.

    Returns:
        A number for each fact; 0 where people have to be equal, infinite where they are not compared.
    """
    named = {factor.fact for term in schema.product_terms for factor in term}
    compared = [at for at, fact in enumerate(schema.facts) if fact.name in named or not named]
    if len(compared) > MOST_COMPARED:
        explained = {at: _share_explained(rows[:, at], schema.facts[at], charges) for at in compared}
        compared = sorted(compared, key=lambda at: -explained[at])[:MOST_COMPARED]
    near = np.full(schema.width, np.inf)
    for at in compared:
        fact = schema.facts[at]
        near[at] = _tolerance(fact, rows[:, at]) if fact.kind.is_numeric else 0.0
    return near


def _tolerance(fact: Fact, values: Floats) -> float:
    whole = fact.kind is Kind.WHOLE
    low, high = fact.bounds
    if np.isfinite(high - low):
        wide = (high - low) * (_WHOLE_SHARE if whole else _NUMBER_SHARE)
    else:
        given = values[~np.isnan(values)]
        wide = float(given.std()) * _SPREAD_SHARE if len(given) else 0.0
    return max(round(wide), 1) if whole else wide or 1.0


def _share_explained(values: Floats, fact: Fact, charges: Floats) -> float:
    """Return the share of the variance of costs between groups of a fact: tenths of numbers, or single values."""
    codes = np.nan_to_num(values, nan=-1.0)
    given = values[~np.isnan(values)]
    if fact.kind.is_numeric and len(given):
        edges = np.unique(np.quantile(given, np.linspace(0, 1, _BINS + 1)[1:-1]))
        codes = np.where(np.isnan(values), -1.0, np.searchsorted(edges, values, side="right"))
    _, groups, counts = np.unique(codes, return_inverse=True, return_counts=True)
    means = np.bincount(groups, charges) / counts
    spread = float(((charges - charges.mean()) ** 2).sum())
    return float((counts * (means - charges.mean()) ** 2).sum()) / spread if spread else 0.0

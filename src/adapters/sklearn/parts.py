"""Preprocessing from public scikit-learn parts that stay fast on one row.

A ColumnTransformer or a FeatureUnion costs milliseconds a call, however few the rows; a chain of `np.take` and
`np.clip` on arrays costs hundredths. So columns are taken (some several times), turned into steps by clipping, scaled
to 0-1, multiplied with each other, and the wanted products taken.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PolynomialFeatures

from domain.beneficiary import FACTS, REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_AGE, _SEX, _BMI, _CHILDREN, _SMOKER, _REGION = range(len(FACTS))

STEP: Final = 2.0**-20
"""Width of the ramp by which a step is made, in kg/m². A power of two: scaling it to 0-1 is exact arithmetic."""

_MOST_CHILDREN: Final = 5
_Column = tuple[int, float, float]
_Term = tuple[str, ...]


def take(indices: Sequence[int]) -> FunctionTransformer:
    """Give the columns at these positions, in this order; one may be given twice."""
    return FunctionTransformer(np.take, kw_args={"indices": list(indices), "axis": 1})


def clip(lows: Sequence[float], highs: Sequence[float]) -> FunctionTransformer:
    """Clip each column to bounds of its own."""
    return FunctionTransformer(np.clip, kw_args={"a_min": np.array(lows), "a_max": np.array(highs)})


def _number(column: int) -> dict[str, _Column]:
    return {FACTS[column]: (column, -np.inf, np.inf)}


def _steps(column: int, starts: Iterable[int]) -> dict[str, _Column]:
    """One column for each whole number: 0 below, 1 from it on. They span the same space as one-hot columns."""
    return {f"{FACTS[column]}>={start}": (column, start - 1.0, float(start)) for start in starts}


def main_effects() -> list[Any]:
    """Six facts, region as categories; all scaled to 0-1."""
    return _scaled({**_facts(), **_steps(_REGION, range(1, len(REGIONS)))})


def interactions(
    *,
    age_squared: bool,
    smoker_bmi: bool,
    smoker_obese: bool,
    smoker_age: bool,
    children_as_categories: bool,
    sex: bool,
    region: bool,
    obesity_threshold: float,
) -> list[Any]:
    """Main effects and the chosen products of facts; obesity is a step at ``obesity_threshold`` kg/m² (WHO: 30).

    More than five children count as five where children are categories.
    """
    columns = {**_number(_AGE), **_number(_BMI), **_number(_SMOKER)}
    columns["obese"] = (_BMI, obesity_threshold - STEP, obesity_threshold)
    columns |= _steps(_CHILDREN, range(1, _MOST_CHILDREN + 1)) if children_as_categories else _number(_CHILDREN)
    columns |= _number(_SEX) if sex else {}
    columns |= _steps(_REGION, range(1, len(REGIONS))) if region else {}
    names = list(columns)
    chosen: list[_Term] = [(name,) for name in names if name != "obese"]
    wanted = {
        ("age", "age"): age_squared,
        ("bmi", "smoker"): smoker_bmi,
        ("smoker", "obese"): smoker_obese,
        ("age", "smoker"): smoker_age,
    }
    chosen += [term for term, is_wanted in wanted.items() if is_wanted]
    products: list[_Term] = [*[(name,) for name in names], *combinations_with_replacement(names, 2)]
    return [
        *_scaled(columns),
        PolynomialFeatures(2, include_bias=False),
        take([products.index(term) for term in chosen]),
    ]


def _facts() -> dict[str, _Column]:
    return {name: column for i in (_AGE, _SEX, _BMI, _CHILDREN, _SMOKER) for name, column in _number(i).items()}


def _scaled(columns: dict[str, _Column]) -> list[Any]:
    positions, lows, highs = zip(*columns.values(), strict=True)
    return [take(positions), clip(lows, highs), MinMaxScaler()]

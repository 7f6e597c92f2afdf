"""Fitted estimators without scikit-learn's checks, which take ten times as long as the arithmetic for one row.

A fitted pipeline of supported parts becomes a chain of NumPy calls on its fitted arrays. The chain is used only if it
gives the pipeline's own answers on the reference rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import expit
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    GammaRegressor,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    TweedieRegressor,
)
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn.cell_sums import CellSums
from adapters.sklearn.hurdle import Hurdle
from adapters.sklearn.trees import FlatTrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Step = Callable[[Any], Any]

_TOLERANCE: Final = 1e-9


def evaluation_of(estimator: Any, reference: Floats) -> Callable[[Floats], Floats]:
    """Return the fastest function with the answers of ``estimator.predict``.

    Args:
        estimator: fitted.
        reference: rows on which a faster function must give the same dollars, to nine digits.
    """
    short = _compiled(estimator)
    if short is None or not np.allclose(short(reference), estimator.predict(reference), rtol=_TOLERANCE, atol=1e-6):
        return estimator.predict
    return short


def grows_trees(estimator: Any) -> bool:
    """Return whether the estimator, or a part of it, consists of trees."""
    if isinstance(estimator, Pipeline):
        return any(grows_trees(part) for _, part in estimator.steps)
    if isinstance(estimator, TransformedTargetRegressor):
        return grows_trees(estimator.regressor_)
    if isinstance(estimator, Hurdle):
        return grows_trees(estimator.chance) or grows_trees(estimator.size)
    return isinstance(estimator, _TREES)


def _compiled(estimator: Any) -> Step | None:
    """Return the chain, None if a part is not supported."""
    if isinstance(estimator, Pipeline):
        return _chain([part for _, part in estimator.steps])
    if isinstance(estimator, FeatureUnion):
        return _side_by_side(estimator)
    if isinstance(estimator, TransformedTargetRegressor):
        return _with_inverse(estimator)
    if isinstance(estimator, Hurdle):
        chance, size = _compiled(estimator.chance), _compiled(estimator.size)
        return (lambda rows: chance(rows) * size(rows)) if chance and size else None
    make = _PARTS.get(type(estimator))
    return make(estimator) if make else None


def _chain(parts: list[Any]) -> Step | None:
    steps: list[Step] = []
    while parts:
        part, *rest = parts
        if isinstance(part, PolynomialFeatures) and rest and _takes(rest[0]):
            steps.append(_products(part, rest[0].kw_args["indices"]))
            parts = rest[1:]
            continue
        step = _compiled(part)
        if step is None:
            return None
        steps.append(step)
        parts = rest

    def run(rows: Any) -> Any:
        for step in steps:
            rows = step(rows)
        return rows

    return run


def _side_by_side(union: Any) -> Step | None:
    parts = [part for _, part in union.transformer_list]
    steps = [step for step in map(_compiled, parts) if step]
    return (lambda rows: np.hstack([step(rows) for step in steps])) if len(steps) == len(parts) else None


def _with_inverse(transformed: Any) -> Step | None:
    regressor = _compiled(transformed.regressor_)
    if regressor is None or transformed.inverse_func is None:
        return None
    inverse: Step = transformed.inverse_func
    return lambda rows: inverse(regressor(rows))


def _takes(part: Any) -> bool:
    # pyrefly: ignore[missing-attribute]  # the stubs lack what an estimator was made with
    return isinstance(part, FunctionTransformer) and part.func is np.take


def _products(part: Any, taken: list[int]) -> Step:
    """Multiply only the columns of needed products; a column of ones takes the place of missing factors."""
    powers = part.powers_[taken]
    ones = powers.shape[1]
    first, *others = np.full((int(part.degree), len(powers)), ones)
    for term, power in enumerate(powers):
        for factors, column in zip((first, *others), np.repeat(np.arange(ones), power).tolist(), strict=False):
            factors[term] = column

    def multiply(rows: Any) -> Any:
        with_ones = np.empty((len(rows), ones + 1))
        with_ones[:, :ones] = rows
        with_ones[:, ones] = 1.0
        result = with_ones[:, first]
        for factors in others:
            result *= with_ones[:, factors]
        return result

    return multiply


def _function(part: Any) -> Step:
    if part.func is None:  # scikit-learn's identity
        return lambda rows: rows
    return partial(part.func, **(part.kw_args or {}))


def _linear(part: Any) -> Step:
    coefficients, intercept = np.ravel(part.coef_), part.intercept_
    return lambda rows: rows @ coefficients + intercept


def _exponential(part: Any) -> Step:
    linear = _linear(part)
    return lambda rows: np.exp(linear(rows))


def _chance(part: LogisticRegression) -> Step:
    linear = _linear(part)
    return lambda rows: expit(linear(rows))


def _tree(part: Any) -> Step:
    tree = part.tree_
    return lambda rows: tree.predict(np.asarray(rows, dtype=np.float32))[:, 0]


def _forest(part: RandomForestRegressor) -> Step:
    trees = [estimator.tree_ for estimator in part.estimators_]
    values = [np.ascontiguousarray(tree.value[:, 0, 0]) for tree in trees]
    flat = FlatTrees.of_trees(trees)

    def average(rows: Any) -> Any:
        total = np.zeros(len(rows))
        for tree, costs in zip(trees, values, strict=True):
            total += costs.take(tree.apply(rows))
        return total / len(trees)

    evaluate = _ensemble(flat, average, lambda sums: sums / len(trees))
    return lambda rows: evaluate(np.asarray(rows, dtype=np.float32))


def _boosting(part: Any) -> Step | None:
    flat, inverse = FlatTrees.of_boosting(part), _LINKS.get(part.loss)
    if flat is None or inverse is None:
        return None
    return _ensemble(flat, part.predict, inverse)


def _chance_by_boosting(part: HistGradientBoostingClassifier) -> Step | None:
    flat = FlatTrees.of_boosting(part)
    if flat is None:
        return None
    return _ensemble(flat, lambda rows: part.predict_proba(rows)[:, 1], expit)


def _stages(part: Any) -> Step | None:
    if part.init != "zero" or part.learning_rate != 1.0:
        return None
    flat = FlatTrees.of_trees([estimator.tree_ for estimator in part.estimators_[:, 0]])
    evaluate = _ensemble(flat, part.predict, _same)
    return lambda rows: evaluate(np.asarray(rows, dtype=np.float32))


def _ensemble(flat: FlatTrees, evaluate: Step, finish: Step) -> Step:
    """Answer few rows by flat arrays, many by the sums of all cells, and others by the estimator itself."""
    many = CellSums(flat, evaluate, finish)
    return lambda rows: finish(flat.sums(rows)) if flat.is_for(len(rows)) else many(rows)


def _same(numbers: Any) -> Any:
    return numbers


_LINKS: Final[dict[str, Step]] = {
    "squared_error": _same, "absolute_error": _same, "quantile": _same, "gamma": np.exp, "poisson": np.exp,
}  # fmt: skip
"""The inverse link by loss: from the sum of the trees to the cost."""

_TREES: Final = (
    DecisionTreeRegressor,
    RandomForestRegressor,
    HistGradientBoostingRegressor,
    HistGradientBoostingClassifier,
    GradientBoostingRegressor,
)

_PARTS: Final[dict[type, Callable[[Any], Step | None]]] = {
    FunctionTransformer: _function,
    MinMaxScaler: lambda part: lambda rows: rows * part.scale_ + part.min_,
    MissingIndicator: lambda _: np.isnan,
    SimpleImputer: lambda part: lambda rows: np.where(np.isnan(rows), part.statistics_, rows),
    StandardScaler: lambda part: lambda rows: (rows - part.mean_) / part.scale_,
    LinearRegression: _linear,
    HuberRegressor: _linear,
    QuantileRegressor: _linear,
    LogisticRegression: _chance,
    GammaRegressor: _exponential,
    PoissonRegressor: _exponential,
    TweedieRegressor: _exponential,
    DecisionTreeRegressor: _tree,
    RandomForestRegressor: _forest,
    HistGradientBoostingRegressor: _boosting,
    HistGradientBoostingClassifier: _chance_by_boosting,
    GradientBoostingRegressor: _stages,
}

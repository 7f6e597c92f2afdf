"""The domain's search space in Optuna's words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from domain.models.model import Choice, FloatRange, IntRange

if TYPE_CHECKING:
    from domain.models.model import Hyperparameters, SearchSpace


def distributions(space: SearchSpace) -> dict[str, BaseDistribution]:
    """Translate each part of a search space."""
    return {name: _distribution(part) for name, part in space.items()}


def describe(space: SearchSpace) -> dict[str, Any]:
    """Return a search space as JSON, to compare it with another."""
    return {name: {"kind": type(part).__name__, **_listed(asdict(part))} for name, part in space.items()}


def fits(part: BaseDistribution, hyperparameters: Hyperparameters, name: str) -> bool:
    """Return whether a hyperparameter lies in its part of the space; False if it is missing."""
    if name not in hyperparameters:
        return False
    value = hyperparameters[name]
    if isinstance(part, CategoricalDistribution):
        return value in part.choices
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(part, IntDistribution):
        return isinstance(value, int) and part.low <= value <= part.high
    return isinstance(part, FloatDistribution) and part.low <= value <= part.high


def _distribution(part: FloatRange | IntRange | Choice) -> BaseDistribution:
    match part:
        case FloatRange():
            return FloatDistribution(part.low, part.high, log=part.log)
        case IntRange():
            return IntDistribution(part.low, part.high, log=part.log)
        case Choice():
            return CategoricalDistribution(part.values)


def _listed(fields: dict[str, Any]) -> dict[str, Any]:
    # JSON knows no tuples: what comes back must equal what went in
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}

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
    """Translate each part."""
    return {name: _distribution(part) for name, part in space.items()}


def describe(space: SearchSpace) -> dict[str, Any]:
    """Write a space down as JSON, to know it again."""
    return {name: {"kind": type(part).__name__, **_listed(asdict(part))} for name, part in space.items()}


def fits(part: BaseDistribution, asked: Hyperparameters, name: str) -> bool:
    """Tell whether the asked value lies in a part of the space; one that is not named does not."""
    if name not in asked:
        return False
    value = asked[name]
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

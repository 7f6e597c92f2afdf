"""A year's cost in two sentences that its distribution keeps, whatever its shape.

The sentences always speak of the same share, one person in ten: while a fact is dragged, numbers change, not the share.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import QUANTILE_LEVELS

if TYPE_CHECKING:
    from domain.costs.distribution import CostDistribution
    from entrypoints.dashboard.locale.speech import Words

_ALIKE: Final = 0.05
"""Costs that differ from the typical year's by at most this share of it are about the same."""
_EQUAL: Final = 0.01
_MOST: Final = 0.7
"""The share of people from which they count as most people."""
_FEW: Final = 0.2
_HALF: Final = 0.5
_SHOWN: Final = 10
"""Amounts are shown to the nearest ten."""
_MUCH: Final = 1.5
"""A cost counts as much more from this many times the typical year's."""
_COSTLY: Final = 0.9
"""One person in ten costs more than this quantile."""
_COSTLIEST: Final = 0.95


class Shape(StrEnum):
    """How people's costs lie around the typical year's."""

    FREE = "free"  # the typical year costs nothing
    LITTLE = "little"  # the typical year costs something that is shown as $0
    MOST = "most"  # most people cost about the same
    TIES = "ties"  # many people cost the same, but not most
    HALVES = "halves"  # half of the people cost less, half cost more


def shape_of(cost: CostDistribution) -> Shape:
    """Return the shape of a distribution, as it is shown: to the nearest $10."""
    if not round(cost.typical, -1):
        return Shape.FREE if cost.zero >= _HALF else Shape.LITTLE
    if _share_within(cost, _ALIKE) >= _MOST:
        return Shape.MOST
    return Shape.TIES if _share_within(cost, _EQUAL) > _FEW else Shape.HALVES


def sentence(cost: CostDistribution, words: Words) -> str:
    """Say the typical year and what one person in ten costs."""
    typical, shape = cost.typical, shape_of(cost)
    start = "most" if shape is Shape.MOST else "typical"
    high = cost.quantile(_COSTLY)
    if high > typical * (1 + _ALIKE) and words.money(high) != words.money(typical):
        end = words("answer.tenth", high=words.money(high))
    else:
        much = cost.quantile(_COSTLIEST) >= typical * _MUCH and cost.quantile(_COSTLIEST) > 0
        end = words("answer.tenth.much" if much else "answer.tenth.none")
    return f"{half(cost, words) or words(f'answer.{start}', typical=words.money(typical))} {end}"


def half(cost: CostDistribution, words: Words) -> str:
    """Say what half of the people cost where the typical year is shown as $0; empty elsewhere."""
    shape = shape_of(cost)
    if shape is Shape.LITTLE:
        return words("answer.little", amount=words.money(_SHOWN))
    return words("answer.free") if shape is Shape.FREE else ""


def meaning(cost: CostDistribution, words: Words) -> str:
    """Say what the typical year means for half of the people; empty where the sentence above it says it all."""
    shape = shape_of(cost)
    return "" if shape in (Shape.MOST, Shape.FREE, Shape.LITTLE) else words(f"typical.means.{shape.value}")


def _share_within(cost: CostDistribution, share: float) -> float:
    typical = cost.typical
    near = sum(abs(usd - typical) <= share * typical for usd in cost.quantiles)
    return near / len(QUANTILE_LEVELS)

"""Hold what was predicted against what the year really cost, where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Self

from application.monitoring.newest_predictions import newest
from application.use_case import use_case
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveScores:
    """How the newest predictions came out, in USD as they were published.

    Args:
        predictions: how many were looked at.
        outcomes: of how many the real cost is known; the figures below are None if of none.
        inside: share of them in the published range.
        typical_mae: mean distance of the typical year from the real cost.
        bias: expected minus real cost, on average.
    """

    predictions: int
    outcomes: int
    inside: float | None = None
    typical_mae: float | None = None
    bias: float | None = None

    @classmethod
    def of(cls, predictions: Sequence[Prediction]) -> Self:
        """Measure."""
        known = [(one, cost) for one in predictions if (cost := one.cost) is not None]
        if not known:
            return cls(predictions=len(predictions), outcomes=0)
        return cls(
            predictions=len(predictions),
            outcomes=len(known),
            inside=fmean(one.interval.low <= cost <= one.interval.high for one, cost in known),
            typical_mae=fmean(abs(one.typical - cost) for one, cost in known),
            bias=fmean(one.expected - cost for one, cost in known),
        )


@use_case
class MeasureOutcomes:
    """Measure the newest predictions."""

    predictions: PredictionRepository

    async def __call__(self) -> LiveScores:
        """Measure."""
        return LiveScores.of(await newest(self.predictions))

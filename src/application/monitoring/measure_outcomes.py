"""Compare predictions with the real costs of their years."""

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
    """Scores of the newest predictions as they were published, in money.

    Args:
        predictions: number of predictions.
        outcomes: number of them with a recorded cost; the figures below are None if there are none.
        inside: share of costs in the published range.
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
        """Score predictions by their recorded outcomes."""
        scored = [(prediction, cost) for prediction in predictions if (cost := prediction.cost) is not None]
        if not scored:
            return cls(predictions=len(predictions), outcomes=0)
        return cls(
            predictions=len(predictions),
            outcomes=len(scored),
            inside=fmean(prediction.interval.low <= cost <= prediction.interval.high for prediction, cost in scored),
            typical_mae=fmean(abs(prediction.typical - cost) for prediction, cost in scored),
            bias=fmean(prediction.expected - cost for prediction, cost in scored),
        )


@use_case
class MeasureOutcomes:
    """Score the newest predictions by their outcomes."""

    predictions: PredictionRepository

    async def __call__(self) -> LiveScores:
        """Return the scores of the newest predictions."""
        return LiveScores.of(await newest(self.predictions))

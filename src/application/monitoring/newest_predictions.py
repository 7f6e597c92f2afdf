"""The newest predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.prediction_query import PredictionQuery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from domain.costs.prediction import Prediction
    from domain.ports.predictions import PredictionRepository

_PAGE: Final = 500
LOOKED_AT: Final = 2 * _PAGE
"""The most predictions that are read while somebody waits for the answer."""


async def newest(
    predictions: PredictionRepository, *, most: int = LOOKED_AT, since: datetime | None = None
) -> list[Prediction]:
    """Return the newest predictions, newest first."""
    collected: list[Prediction] = []
    async for page in pages(predictions, since=since):
        collected += page
        if len(collected) >= most:
            break
    return collected[:most]


async def pages(
    predictions: PredictionRepository, *, since: datetime | None = None
) -> AsyncIterator[Sequence[Prediction]]:
    """Yield pages of predictions, newest first, so that memory does not grow with their number."""
    query = PredictionQuery(limit=_PAGE, since=since)
    while page := await predictions.page(query):
        yield page
        if len(page) < _PAGE:
            return
        query = query.following(page[-1])

"""The newest predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.prediction import PredictionQuery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from domain.costs.prediction import Prediction
    from domain.ports.predictions import PredictionRepository

_PAGE: Final = 500
LOOKED_AT: Final = 2 * _PAGE
"""So many of the newest predictions are looked at while somebody waits, however many there are."""


async def newest(
    predictions: PredictionRepository, *, most: int = LOOKED_AT, since: datetime | None = None
) -> list[Prediction]:
    """Find them, newest first."""
    found: list[Prediction] = []
    async for page in pages(predictions, since=since):
        found += page
        if len(found) >= most:
            break
    return found[:most]


async def pages(
    predictions: PredictionRepository, *, since: datetime | None = None
) -> AsyncIterator[Sequence[Prediction]]:
    """Give all of them, newest first, so many at a time that memory does not grow with their number."""
    query = PredictionQuery(limit=_PAGE, since=since)
    while page := await predictions.page(query):
        yield page
        if len(page) < _PAGE:
            return
        query = query.following(page[-1])

"""The newest predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.prediction import PredictionQuery

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ports.predictions import PredictionRepository
    from domain.prediction import Prediction

_PAGE: Final = 500
LOOKED_AT: Final = 2 * _PAGE
"""So many of the newest predictions are looked at while somebody waits, however many there are."""


async def newest(
    predictions: PredictionRepository, *, most: int = LOOKED_AT, since: datetime | None = None
) -> list[Prediction]:
    """Find them, newest first."""
    query = PredictionQuery(limit=_PAGE, since=since)
    found: list[Prediction] = []
    while len(found) < most:
        page = await predictions.page(query)
        found += page
        if len(page) < _PAGE:
            break
        query = query.following(page[-1])
    return found[:most]

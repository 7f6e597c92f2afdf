"""The newest predictions, as many as can be looked at while somebody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.prediction import PredictionQuery

if TYPE_CHECKING:
    from domain.ports.predictions import PredictionRepository
    from domain.prediction import Prediction

_PAGE: Final = 500
LOOKED_AT: Final = 2 * _PAGE
"""So many of the newest predictions are looked at, however many there are."""


async def newest(predictions: PredictionRepository) -> list[Prediction]:
    """Find them, newest first."""
    query = PredictionQuery(limit=_PAGE)
    found = list(await predictions.page(query))
    if len(found) == _PAGE:
        found += await predictions.page(query.following(found[-1]))
    return found

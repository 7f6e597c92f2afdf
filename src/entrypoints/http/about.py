"""What belongs to every answer beside its figures: the unit, the data behind it with their year, and a caution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.models.review_models import ReviewModels
from domain.errors import Unavailable, VersionNotFound
from domain.models.card import NOTICE
from entrypoints.http.schemas.common import AboutOut

if TYPE_CHECKING:
    from dishka import AsyncContainer

    from domain.costs.prediction import ModelReference

_STAND_IN: Final = "a stand-in that looks up invented people; no model was trained"
_UNKNOWN: Final = "not documented: this version is not registered here"
_AWAY: Final = "could not be looked up just now"


class About:
    """Tells what is behind a model's answers; each version's card is looked up once a process."""

    def __init__(self, container: AsyncContainer, currency: str) -> None:
        self._container = container
        self._unit = f"{currency} a year"
        self._known: dict[ModelReference, AboutOut] = {}

    async def __call__(self, model: ModelReference) -> AboutOut:
        """Give the block; a database that is away spoils no answer that was made already."""
        if known := self._known.get(model):
            return known
        try:
            data = await self._data(model)
        except Unavailable:
            return AboutOut(self._unit, _AWAY, NOTICE)
        return self._known.setdefault(model, AboutOut(self._unit, data, NOTICE))

    async def _data(self, model: ModelReference) -> str:
        review = await self._container.get(ReviewModels)
        try:
            found = (await review.one(model.version)).version
        except VersionNotFound:
            return _UNKNOWN if model.version else _STAND_IN
        return found.card.origin.sentence if found.digest == model.digest else _UNKNOWN

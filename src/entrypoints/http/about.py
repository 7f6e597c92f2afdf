"""Remarks that belong to every prediction: the unit, the training data with their year, and a caution."""

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
    """Returns the remarks on a model's predictions; reads the card of each version once a process."""

    def __init__(self, container: AsyncContainer, currency: str) -> None:
        self._container = container
        self._unit = f"{currency} a year"
        self._by_model: dict[ModelReference, AboutOut] = {}

    async def __call__(self, model: ModelReference) -> AboutOut:
        """Return the remarks on a model; an unavailable database does not fail a prediction that was made already."""
        if about := self._by_model.get(model):
            return about
        try:
            data = await self._data(model)
        except Unavailable:
            return AboutOut(self._unit, _AWAY, NOTICE)
        return self._by_model.setdefault(model, AboutOut(self._unit, data, NOTICE))

    async def _data(self, model: ModelReference) -> str:
        review = await self._container.get(ReviewModels)
        try:
            version = (await review.get(model.version)).version
        except VersionNotFound:
            return _UNKNOWN if model.version else _STAND_IN
        return version.card.origin.sentence if version.digest == model.digest else _UNKNOWN

"""Check whether database and model answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import Unavailable
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsState:
    """The state of each part; the texts say why a part is away, and are empty if it answers.

    Args:
        model: the model that answers, None if none does.
        model_away: why no model answers.
        database_away: why the database does not answer.
        champion: the champion by the ledger, None if there is none or the database is away.
    """

    model: ModelReference | None
    model_away: str
    database_away: str
    champion: ModelReference | None

    @property
    def follows(self) -> bool:
        """Return whether the model that answers is the champion."""
        return self.model is not None and self.model == self.champion


@use_case
class CheckParts:
    """Check all parts at the same time."""

    predictor: Predictor
    predictions: PredictionRepository
    ledger: ModelLedger

    async def __call__(self) -> PartsState:
        """Return the state of the parts; a part that is away raises no error."""
        (model, model_away), (champion, database_away) = await asyncio.gather(self._model(), self._champion())
        return PartsState(model=model, model_away=model_away, database_away=database_away, champion=champion)

    async def _model(self) -> tuple[ModelReference | None, str]:
        try:
            return await self.predictor.model(), ""
        except Unavailable as away:
            return None, str(away)

    async def _champion(self) -> tuple[ModelReference | None, str]:
        try:
            await self.predictions.check()
            champion = await champion_or_none(self.ledger)
        except Unavailable as away:
            return None, str(away)
        return champion.reference if champion else None, ""

"""Replay the champion's recorded predictions through a challenger; nothing is recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from application.monitoring.newest_predictions import pages
from application.monitoring.outcome_claims import MOST, as_claims
from application.use_case import use_case
from domain.costs.estimate_columns import table_of
from domain.models.model import TrainedModel
from domain.models.shadow import ShadowReport, Tally
from domain.monitoring.report import OVERALL
from domain.people.schema import Schema
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger
from domain.ports.loader import ModelLoader
from domain.ports.predictions import PredictionRepository
from domain.ports.publisher import ModelPublisher
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from datetime import timedelta

    from domain.models.model import ModelVersion


@use_case
class ShadowModel:
    """Replay the champion's recorded predictions through another version, and score both on outcomes."""

    schema: Schema
    ledger: ModelLedger
    publisher: ModelPublisher
    loader: ModelLoader
    trainer: Trainer
    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, number: int, window: timedelta) -> ShadowReport:
        """Replay the predictions of the last ``window``; nothing is recorded.

        Raises:
            NoChampion: if nothing was promoted yet.
            VersionNotFound: if there is no such version, or a folder is not in the model store.
            ModelRefused: if a folder does not match its digest.
        """
        champion = await self.ledger.champion()
        challenger = await self.ledger.version(number)
        mine, theirs = await self._published(challenger), await self._published(champion)
        at = self.clock.now()
        since = at - window
        model = await asyncio.to_thread(self.loader.load, challenger.reference, mine.folder)
        tally = Tally(self.schema)
        async for page in pages(self.predictions, since=since):
            answered = [prediction for prediction in page if prediction.model == champion.reference]
            if not answered:
                continue
            published = await model.publish_columns(
                table_of([prediction.beneficiary.as_numbers() for prediction in answered]), self.schema
            )
            expected, typical, _, _ = cast("list[list[float]]", published.money.tolist())
            for prediction, mean, middle in zip(answered, expected, typical, strict=True):
                tally.add(prediction, mean, middle)
        with_outcomes = [
            prediction
            for prediction in await self.predictions.outcomes(since, limit=MOST)
            if prediction.model == champion.reference and prediction.created_at >= since and prediction.cost is not None
        ]
        replay = await asyncio.to_thread(
            self.trainer.replay, mine, (champion.number, theirs), as_claims(self.schema, with_outcomes)
        )
        groups = tally.groups()
        return ShadowReport(
            at=at,
            since=since,
            champion=champion.reference,
            challenger=challenger.reference,
            predictions=sum(group.predictions for group in groups if group.group == OVERALL),
            groups=groups,
            movers=tuple(tally.movers()),
            outcomes=len(with_outcomes),
            replay=replay,
        )

    async def _published(self, version: ModelVersion) -> TrainedModel:
        return TrainedModel(await self.publisher.folder(version.reference), version.digest, version.card)

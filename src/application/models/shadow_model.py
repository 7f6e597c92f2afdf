"""Let a challenger answer again what the champion answered, after the fact; nobody is told, nothing is recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from application.monitoring.known_outcomes import MOST, as_claims
from application.monitoring.newest_predictions import pages
from application.use_case import use_case
from domain.costs.prediction import table_of
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
    """Replay the champion's recorded predictions through another version, and hold both against outcomes."""

    schema: Schema
    ledger: ModelLedger
    publisher: ModelPublisher
    loader: ModelLoader
    trainer: Trainer
    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, number: int, window: timedelta) -> ShadowReport:
        """Replay what was asked during the last ``window``. Reads only.

        Raises:
            NoChampion: if nothing was promoted yet.
            VersionNotFound: if there is no such version, or a folder is not in the model store.
            ModelRefused: if a folder does not match its digest.
        """
        champion = await self.ledger.champion()
        challenger = await self.ledger.version(number)
        mine, theirs = await self._on_the_shelf(challenger), await self._on_the_shelf(champion)
        at = self.clock.now()
        since = at - window
        model = await asyncio.to_thread(self.loader.load, challenger.reference, mine.folder)
        tally = Tally(self.schema)
        async for page in pages(self.predictions, since=since):
            asked = [one for one in page if one.model == champion.reference]
            if not asked:
                continue
            said = await model.publish_columns(table_of([one.beneficiary.as_numbers() for one in asked]), self.schema)
            expected, typical, _, _ = cast("list[list[float]]", said.money.tolist())
            for one, mean, middle in zip(asked, expected, typical, strict=True):
                tally.add(one, mean, middle)
        known = [
            one
            for one in await self.predictions.outcomes(since, limit=MOST)
            if one.model == champion.reference and one.created_at >= since and one.cost is not None
        ]
        replay = await asyncio.to_thread(
            self.trainer.replay, mine, (champion.number, theirs), as_claims(self.schema, known)
        )
        groups = tally.groups()
        return ShadowReport(
            at=at,
            since=since,
            champion=champion.reference,
            challenger=challenger.reference,
            predictions=sum(one.predictions for one in groups if one.group == OVERALL),
            groups=groups,
            movers=tuple(tally.movers()),
            outcomes=len(known),
            replay=replay,
        )

    async def _on_the_shelf(self, version: ModelVersion) -> TrainedModel:
        return TrainedModel(await self.publisher.folder(version.reference), version.digest, version.card)

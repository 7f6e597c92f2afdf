"""Preview another version's answers to recent requests that the champion answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.models.compared_versions import Pair, compared
from application.monitoring.newest_predictions import newest
from application.use_case import use_case
from domain.models.shadow import Tally
from domain.people.schema import Schema
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger
from domain.ports.predictions import PredictionRepository
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import ModelVersion
    from domain.models.shadow import GroupDifferences, Mover

WINDOW: Final = timedelta(days=30)
"""The age up to which predictions are replayed."""


@dataclass(frozen=True, slots=True)
class ShadowPreview:
    """The differences between the answers of champion and challenger.

    Args:
        champion: the version that answered.
        challenger: the version that answers in the replay; None where no other version was named.
        predictions: number of predictions that were replayed, the newest ones.
        groups: the groups with people in them, everybody first.
        movers: the people whose expected cost would change most, the largest change first.
    """

    champion: ModelVersion
    challenger: ModelVersion | None
    predictions: int
    groups: Sequence[GroupDifferences]
    movers: Sequence[Mover]


@use_case
class PreviewShadow:
    """Replay the newest of the champion's recorded predictions; nothing is recorded.

    `ShadowModel` replays all of them, and scores both versions on outcomes.
    """

    schema: Schema
    ledger: ModelLedger
    models: VersionModels
    predictions: PredictionRepository
    clock: Clock

    async def __call__(self, pair: Pair) -> ShadowPreview:
        """Replay through that version of the pair which is not champion.

        Raises:
            NoChampion: if nothing was promoted yet.
            VersionNotFound: if there is no such version, or it is not where models are served.
            PredictorUnavailable: if no answer can be had.
        """
        champion, versions = await self.ledger.champion(), await compared(self.ledger, pair)
        challenger = next((version for version in versions.both if version.number != champion.number), None)
        recent = await newest(self.predictions, since=self.clock.now() - WINDOW) if challenger else []
        replayed = [prediction for prediction in recent if prediction.model == champion.reference]
        if challenger is None or not replayed:
            return ShadowPreview(champion, challenger, 0, (), ())
        tally = Tally(self.schema)
        answers = await self.models.publish(challenger.reference, [prediction.beneficiary for prediction in replayed])
        for prediction, answer in zip(replayed, answers, strict=True):
            tally.add(prediction, answer.expected, answer.typical)
        return ShadowPreview(champion, challenger, len(replayed), tally.groups(), tally.movers())

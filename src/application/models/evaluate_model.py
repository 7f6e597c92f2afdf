"""Score the champion on labelled rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.models.model import TrainedModel
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger
from domain.ports.publisher import ModelPublisher
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from domain.models.model import ModelVersion
    from domain.models.scores import Scores
    from domain.people.claims import Claims


@dataclass(frozen=True, slots=True)
class EvaluatedModel:
    """A version, its scores, and the rows that it was scored on."""

    version: ModelVersion
    scores: Scores
    claims: Claims


@use_case
class EvaluateModel:
    """Score the champion, as it is served, on rows whose charges are known."""

    dataset: ClaimsDataset
    trainer: Trainer
    ledger: ModelLedger
    publisher: ModelPublisher

    async def __call__(self) -> EvaluatedModel:
        """Score the champion.

        Raises:
            NoChampion: if there is none.
            ClaimsRejected: if the rows break the data contract.
            ModelRefused: if its folder does not match its digest.
        """
        claims = self.dataset.read()
        version = await self.ledger.champion()
        folder = await self.publisher.folder(version.reference)
        scores = self.trainer.score(TrainedModel(folder, version.digest, version.card), claims)
        return EvaluatedModel(version, scores, claims)

"""Ask the gate about a challenger."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from application.known_outcomes import MOST, as_claims
from application.use_case import use_case
from domain.errors import NoChampion
from domain.model import TrainedModel
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger
from domain.ports.predictions import PredictionRepository
from domain.ports.registry import ModelRegistry
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from domain.claims import Claims
    from domain.model import FoldPlan, ModelVersion
    from domain.promotion import PromotionPolicy, Verdict


@use_case
class JudgeModel:
    """Measure a challenger against the champion on the data at hand, and keep the verdict."""

    dataset: ClaimsDataset
    trainer: Trainer
    ledger: ModelLedger
    registry: ModelRegistry
    predictions: PredictionRepository

    async def __call__(self, number: int, policy: PromotionPolicy, plan: FoldPlan) -> Verdict:
        """Judge a version and attach the verdict to it, in the ledger and in the registry.

        Raises:
            VersionNotFound: if there is no such version.
            ClaimsRejected: if the data break the contract.
            RepositoryUnavailable: if outcomes are asked for, and may not be read here.
        """
        claims = self.dataset.read()
        challenger = await self.ledger.version(number)
        try:
            champion = await self.ledger.champion()
        except NoChampion:
            champion = None
        outcomes = await self._since(champion) if champion and policy.outcomes else None
        with tempfile.TemporaryDirectory() as workspace:
            root = Path(workspace)
            mine = await self._fetch(challenger, root / "challenger")
            rival = (champion.number, await self._fetch(champion, root / "champion")) if champion else None
            verdict = policy.judge(self.trainer.compare(mine, rival, claims, plan, outcomes))
        await self.ledger.attach(number, verdict)
        await self.registry.annotate(challenger, verdict)
        return verdict

    async def _fetch(self, version: ModelVersion, into: Path) -> TrainedModel:
        return TrainedModel(await self.registry.fetch(version.number, into), version.digest, version.card)

    async def _since(self, champion: ModelVersion) -> Claims:
        """Find what became of people who asked after the champion was made, whoever answered them."""
        made = champion.card.created_at
        known = await self.predictions.outcomes(made, limit=MOST)
        return as_claims([one for one in known if one.created_at >= made])

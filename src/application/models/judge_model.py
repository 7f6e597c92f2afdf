"""Judge a challenger by the gate."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from application.monitoring.outcome_claims import MOST, as_claims
from application.use_case import use_case
from domain.models.model import TrainedModel
from domain.people.schema import Schema
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.predictions import PredictionRepository
from domain.ports.registry import ModelRegistry
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from domain.models.model import FoldPlan, ModelVersion
    from domain.models.promotion import Candidacy, PromotionPolicy, Verdict
    from domain.people.claims import Claims


@use_case
class JudgeModel:
    """Measure a challenger against the champion on the data at hand, and keep the verdict."""

    schema: Schema
    dataset: ClaimsDataset
    trainer: Trainer
    ledger: ModelLedger
    registry: ModelRegistry
    predictions: PredictionRepository

    async def __call__(self, number: int, policy: PromotionPolicy, plan: FoldPlan, *, anew: bool = True) -> Verdict:
        """Judge a version and attach the verdict to it, in the ledger and in the registry.

        Args:
            number: the version.
            policy: the policy of the gate.
            plan: the folds, as in the training.
            anew: measure the version even if it was measured before on these data against the current champion. The
                policy is applied either way.

        Raises:
            VersionNotFound: if there is no such version.
            ClaimsRejected: if the data break the contract.
            RepositoryUnavailable: if outcomes are asked for, and may not be read here.
        """
        challenger = await self.ledger.version(number)
        champion = await champion_or_none(self.ledger)
        before = None if anew else await self.ledger.verdict(number)
        if before and (champion.number if champion else None) in (before.candidacy.comparison.rival, number):
            candidacy = before.candidacy
        else:
            outcomes = await self._since(champion) if champion and policy.outcomes else None
            candidacy = await self._measure(challenger, champion, plan, outcomes)
        verdict = policy.judge(candidacy)
        await self.ledger.attach(number, verdict)
        await self.registry.annotate(challenger, verdict)
        return verdict

    async def _measure(
        self, challenger: ModelVersion, champion: ModelVersion | None, plan: FoldPlan, outcomes: Claims | None
    ) -> Candidacy:
        claims = self.dataset.read()
        with tempfile.TemporaryDirectory() as workspace:
            root = Path(workspace)
            mine = await self._fetch(challenger, root / "challenger")
            rival = (champion.number, await self._fetch(champion, root / "champion")) if champion else None
            return self.trainer.compare(mine, rival, claims, plan, outcomes)

    async def _fetch(self, version: ModelVersion, into: Path) -> TrainedModel:
        return TrainedModel(await self.registry.fetch(version.number, into), version.digest, version.card)

    async def _since(self, champion: ModelVersion) -> Claims:
        """Return the outcomes of people who asked after the champion was made, whichever version answered them."""
        made = champion.card.created_at
        with_outcomes = await self.predictions.outcomes(made, limit=MOST)
        return as_claims(self.schema, [prediction for prediction in with_outcomes if prediction.created_at >= made])

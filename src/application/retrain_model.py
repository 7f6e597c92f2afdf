"""A retraining: `CompareModels`, `TuneModel` and `RegisterModel`, and what comes before and after them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from application.judge_model import JudgeModel
from application.promote_model import PromoteModel
from application.reconcile import Reconcile
from application.use_case import use_case
from domain.errors import NoChampion, PromotionRefused
from domain.ledger import Change
from domain.model import configuration_digest
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger
from domain.ports.monitoring import MonitoringReports
from domain.retraining import Result, Retrained, Retraining

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from application.tune_model import TunedModel, Wait
    from domain.model import FoldPlan, ModelVersion
    from domain.ports.tracker import TrackedComparison
    from domain.promotion import PromotionPolicy


@use_case
class BeginRetraining:
    """Look at the data, repair what an earlier run left behind, and find out what there is to do and why."""

    dataset: ClaimsDataset
    ledger: ModelLedger
    reports: MonitoringReports
    reconcile: Reconcile

    async def __call__(self, configuration: Mapping[str, object]) -> Retraining:
        """Begin.

        Args:
            configuration: flat, by which a model would be made.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is changed.
            LedgerBroken: if the ledger was tampered with; nothing is changed.
        """
        claims = self.dataset.read()
        async with self.ledger.exclusive():
            await self.reconcile()
            versions = await self.ledger.versions()
            champion = await _champion(self.ledger)
        wanted = (claims.digest, configuration_digest(configuration))
        found = await self.reports.newest()
        return Retraining(
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            champion=champion,
            made=next(
                (one for one in versions if (one.card.data_digest, one.card.provenance.configuration) == wanted), None
            ),
            monitoring=found if found and champion and found.model == champion.reference else None,
        )


@use_case
class FinishRetraining:
    """Ask the gate about what was made, and promote it or leave the champion where it is."""

    ledger: ModelLedger
    judge: JudgeModel
    promote: PromoteModel

    async def __call__(
        self, begun: Retraining, number: int, policy: PromotionPolicy, plan: FoldPlan, *, by: str
    ) -> Retrained:
        """Finish.

        Args:
            begun: what was known at the beginning.
            number: the version that was made.
            policy: what the gate asks.
            plan: the folds it compares by.
            by: whose name stands in the ledger.

        Raises:
            ModelRefused: if a folder may not be loaded; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        if begun.champion and begun.champion.number == number:
            return await self.unchanged(begun)
        verdict = await self.judge(number, policy, plan)
        try:
            entry = await self.promote(number, by=by, because=f"{begun.occasion}. {verdict.checks[0].detail}")
        except PromotionRefused as refused:
            return Retrained(
                result=Result.REFUSED,
                reason=str(refused),
                served=await _champion(self.ledger),
                judged=number,
                verdict=verdict,
            )
        served = await _champion(self.ledger)
        return Retrained(
            result=Result.PROMOTED, reason=entry.reason, served=served, judged=number, verdict=verdict, entry=entry
        )

    async def unchanged(self, begun: Retraining) -> Retrained:
        """Say that there is nothing to do, and how a retraining made the champion what it is, if one did."""
        entry = None
        if begun.champion and begun.champion.card.provenance.occasion:
            *_, last = await self.ledger.history()
            entry = last if last.change is Change.PROMOTION else None
        return Retrained(result=Result.UNCHANGED, reason=begun.nothing_new, served=begun.champion, entry=entry)


@use_case
class RetrainModel:
    """All of it, in its order: killed at any moment and called again, it goes on where it was."""

    begin: BeginRetraining
    finish: FinishRetraining

    def __call__(
        self,
        configuration: Mapping[str, object],
        policy: PromotionPolicy,
        plan: FoldPlan,
        *,
        by: str,
        force: bool = False,
        compare: Callable[[], TrackedComparison],
        tune: Callable[[TrackedComparison, str], AbstractContextManager[TunedModel]],
        wait: Wait,
    ) -> tuple[Retraining, Retrained]:
        """Retrain, and give what was known at the beginning and what came of it.

        Args:
            configuration: flat, by which a model is made.
            policy: what the gate asks.
            plan: the folds.
            by: whose name stands in the ledger.
            force: train also where nothing has changed.
            compare: compares families on these data.
            tune: tunes the best of a comparison, for an occasion, and gives the version that came of it; as long as
                its context lasts, nobody else does anything about that version.
            wait: runs asynchronous calls.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is changed.
            ModelRefused: if a folder may not be loaded; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        begun = wait(self.begin(configuration))
        if begun.is_unchanged and not force:
            return begun, wait(self.finish.unchanged(begun))
        with ExitStack() as alone:
            version = begun.made
            if version is None or force:
                version = alone.enter_context(tune(compare(), begun.occasion)).version
            return begun, wait(self.finish(begun, version.number, policy, plan, by=by))


async def _champion(ledger: ModelLedger) -> ModelVersion | None:
    try:
        return await ledger.champion()
    except NoChampion:
        return None

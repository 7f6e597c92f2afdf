"""A retraining: the steps before and after those of `TrainModel`, and its report."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from application.models.reconcile import Reconcile
from application.models.train_model import TrainModel
from application.use_case import use_case
from domain.errors import PromotionRefused
from domain.models.ledger import Change
from domain.models.model import configuration_digest
from domain.models.retraining import Result, Retrained, Retraining
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.monitoring import MonitoringReports
from domain.ports.retrainings import Retrainings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.models.train_model import TrainingTask, TrainingView
    from application.models.tune_model import Wait


@use_case
class BeginRetraining:
    """Read the data, repair the state after an earlier run, and determine what to do and why."""

    dataset: ClaimsDataset
    ledger: ModelLedger
    reports: MonitoringReports
    reconcile: Reconcile

    async def __call__(self, configuration: Mapping[str, object]) -> Retraining:
        """Begin a retraining, and return the state before it.

        Args:
            configuration: flat configuration of the training.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is changed.
            LedgerBroken: if the ledger was tampered with; nothing is changed.
        """
        claims = self.dataset.read()
        async with self.ledger.exclusive():
            await self.reconcile()
            versions = await self.ledger.versions()
            champion = await champion_or_none(self.ledger)
        digests = (claims.digest, configuration_digest(configuration))
        report = await self.reports.newest()
        return Retraining(
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            champion=champion,
            made=next(
                (
                    version
                    for version in versions
                    if (version.card.data_digest, version.card.provenance.configuration) == digests
                ),
                None,
            ),
            monitoring=report if report and champion and report.model == champion.reference else None,
        )


@use_case
class RetrainModel:
    """Run all steps of a retraining; a call after an interruption continues where the last one stopped."""

    begin: BeginRetraining
    train: TrainModel
    ledger: ModelLedger

    def __call__(
        self, task: TrainingTask, view: TrainingView, *, by: str, force: bool = False, wait: Wait
    ) -> tuple[Retraining, Retrained]:
        """Retrain, and return the state at the beginning and the outcome.

        Args:
            task: what is trained.
            view: shows each step.
            by: name that is recorded in the ledger.
            force: train even if nothing has changed.
            wait: runs asynchronous calls.

        Raises:
            ClaimsRejected: if the data break the contract; nothing is changed.
            ModelRefused: if a folder may not be loaded; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        begun = wait(self.begin(task.configuration))
        if begun.is_unchanged and not force:
            return begun, wait(self.unchanged(begun))
        with ExitStack() as alone:
            version = begun.made
            if version is None or force:
                made = self.train.made(task, view, occasion=begun.occasion, wait=wait)
                version = alone.enter_context(made).version
            return begun, wait(self._decided(begun, version.number, task, view, by=by))

    async def unchanged(self, begun: Retraining) -> Retrained:
        """Return the result of doing nothing, with the entry of the retraining that made the champion, if one did."""
        entry = None
        if begun.champion and begun.champion.card.provenance.occasion:
            *_, last = await self.ledger.history()
            entry = last if last.change is Change.PROMOTION else None
        return Retrained(result=Result.UNCHANGED, reason=begun.nothing_new, served=begun.champion, entry=entry)

    async def _decided(
        self, begun: Retraining, number: int, task: TrainingTask, view: TrainingView, *, by: str
    ) -> Retrained:
        """Judge a version, and promote it or keep the champion."""
        if begun.champion and begun.champion.number == number:
            return await self.unchanged(begun)
        verdict = await self.train.judged(number, task, view)
        entry, result = None, Result.PROMOTED
        try:
            entry = await self.train.promote(number, by=by, because=f"{begun.occasion}. {verdict.checks[0].detail}")
            reason = entry.reason
        except PromotionRefused as refused:
            result, reason = Result.REFUSED, str(refused)
        served = await champion_or_none(self.ledger)
        return Retrained(result=result, reason=reason, served=served, judged=number, verdict=verdict, entry=entry)


@use_case
class ReportRetraining:
    """Store the report of a retraining, unless there is nothing new to report."""

    retrainings: Retrainings

    def __call__(self, done: Retrained, report: Mapping[str, object]) -> str | None:
        """Store a report and return its place; None if nothing was done and the champion was reported before."""
        if done.result is Result.UNCHANGED and (done.entry is None or self.retrainings.is_reported(done.entry.seal)):
            return None
        return self.retrainings.keep(report)

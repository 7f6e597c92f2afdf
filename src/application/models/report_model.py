"""Make the actuary's report on a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import ReportUnavailable
from domain.models.actuarial_report import ActuarialReport, ReportedModel
from domain.models.card import limits_of, title_of
from domain.models.model import TrainedModel
from domain.models.training_report import training_report
from domain.ports.clock import Clock
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.publisher import ModelPublisher
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from domain.models.model import ModelVersion
    from domain.people.claims import Claims


@use_case
class ReportModel:
    """Report on a version by the figures of its training: each row was judged by a model that had not seen it."""

    ledger: ModelLedger
    clock: Clock

    async def __call__(self, number: int | None = None) -> ActuarialReport:
        """Make the report.

        Args:
            number: the number of the version; the champion by default.

        Raises:
            NoChampion: if no number was given and there is no champion.
            VersionNotFound: if there is no such version.
            ReportUnavailable: if the version was trained before its curves were measured.
        """
        version = await _version(self.ledger, number)
        if version.card.curves is None:
            message = (
                f"version {version.number} was trained before reports were made: give rows whose costs are known "
                "(--data FILE), or train anew"
            )
            raise ReportUnavailable(message)
        return training_report(_model(version), version.card, at=self.clock.now())


@use_case
class ReportOnRows:
    """Report on a version, as it is served, by rows whose costs are known."""

    dataset: ClaimsDataset
    trainer: Trainer
    ledger: ModelLedger
    publisher: ModelPublisher
    clock: Clock

    async def __call__(self, number: int | None = None, against: int | None = None) -> ActuarialReport:
        """Make the report.

        Args:
            number: the number of the version; the champion by default.
            against: a version to compare with; by default the champion, where that is another one.

        Raises:
            NoChampion: if no number was given and there is no champion.
            VersionNotFound: if there is no such version.
            ClaimsRejected: if the rows break the data contract.
            ModelRefused: if a folder does not match its digest.
        """
        claims = self.dataset.read()
        version = await _version(self.ledger, number)
        rival = await self.ledger.version(against) if against else await champion_or_none(self.ledger)
        if rival and rival.number == version.number:
            rival = None
        scores, curves = self.trainer.report(
            await self._folder(version), claims, (_model(rival).name, await self._folder(rival)) if rival else None
        )
        return ActuarialReport(
            model=_model(version),
            created_at=self.clock.now(),
            title=title_of(version.card),
            currency=version.card.currency,
            basis=_basis(claims),
            data=claims.origin.sentence,
            data_digest=claims.digest,
            scores=scores,
            curves=curves,
            limits=(
                "If the model learned from some of these rows, the figures are better than those of new people.",
                *limits_of(version.card),
            ),
        )

    async def _folder(self, version: ModelVersion) -> TrainedModel:
        return TrainedModel(await self.publisher.folder(version.reference), version.digest, version.card)


async def _version(ledger: ModelLedger, number: int | None) -> ModelVersion:
    return await ledger.version(number) if number else await ledger.champion()


def _model(version: ModelVersion) -> ReportedModel:
    return ReportedModel(version=version.number, recipe=version.card.recipe.name, digest=version.digest)


def _basis(claims: Claims) -> str:
    left_out = f"; {claims.left_out.sentence}" if claims.left_out else ""
    return f"{len(claims):,} rows with known costs, judged by the model as it is served{left_out}"

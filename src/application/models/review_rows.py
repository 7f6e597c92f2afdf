"""Review the rows of training data with their out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.models.compared_versions import Compared, Pair, compared, sample_of
from application.use_case import use_case
from domain.models.judged_rows import judged
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Published
    from domain.models.judged_rows import JudgedRow
    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class ReviewedRows:
    """Rows that versions learned from, each judged by fits that had not seen it; none where they are unavailable."""

    versions: Compared
    rows: Sequence[JudgedRow]


@use_case
class ReviewRows:
    """Read the rows from the folders of versions; nothing of them is copied to the database."""

    ledger: ModelLedger
    models: VersionModels
    schema: Schema

    async def __call__(self, pair: Pair) -> ReviewedRows:
        """Return the rows of a version, joined with the predictions of another version.

        Raises:
            NoChampion: if the champion is meant and there is none.
            VersionNotFound: if there is no such version.
            PredictorUnavailable: if the models do not answer.
        """
        versions = await compared(self.ledger, pair)
        own = await sample_of(self.models, versions.own)
        if own is None:
            return ReviewedRows(versions, ())
        return ReviewedRows(versions, judged(self.schema, own, await sample_of(self.models, versions.rival)))

    async def served(self, pair: Compared, person: Beneficiary) -> Sequence[Published]:
        """Return the published figures of a person by each version, as it is served."""
        return [(await self.models.publish(version.reference, [person]))[0] for version in pair.both]

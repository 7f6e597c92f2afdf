"""Read the people that versions learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.models.compared_versions import Compared, Pair, compared
from application.use_case import use_case
from domain.errors import ModelRefused, VersionNotFound
from domain.models.judged_rows import people
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class People:
    """Versions that are compared, and everybody whom the first one learned from; nobody where it lies elsewhere."""

    versions: Compared
    everybody: Sequence[Beneficiary]


@use_case
class ReadPeople:
    """Read the people once for all questions that are asked about them: `RankFacts`, `ExploreFact`, `ExplorePair`."""

    ledger: ModelLedger
    models: VersionModels
    schema: Schema

    async def __call__(self, pair: Pair) -> People:
        """Return the people of the first version.

        Raises:
            NoChampion: if the champion is meant and there is none.
            VersionNotFound: if there is no such version.
            PredictorUnavailable: if they cannot be had now.
        """
        versions = await compared(self.ledger, pair)
        try:
            sample = await self.models.rows(versions.own.reference)
        except (VersionNotFound, ModelRefused):
            return People(versions, ())
        return People(versions, people(self.schema, sample))

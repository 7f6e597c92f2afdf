"""Read the people that versions learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.models.compared_versions import Compared, Pair, compared, sample_of
from application.use_case import use_case
from domain.models.judged_rows import people
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class People:
    """Versions that are compared, and everybody whom the first one learned from; nobody where they are unavailable."""

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
            PredictorUnavailable: if the models do not answer.
        """
        versions = await compared(self.ledger, pair)
        sample = await sample_of(self.models, versions.own)
        return People(versions, people(self.schema, sample) if sample else ())

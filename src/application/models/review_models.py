"""Review the versions, the champion, and the ledger's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.models.ledger import verify
from domain.ports.ledger import ModelLedger, champion_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.ledger import LedgerEntry
    from domain.models.model import ModelVersion
    from domain.models.promotion import Verdict


@dataclass(frozen=True, slots=True)
class ReviewedVersion:
    """A version, the gate's verdict on it, and whether it is served now."""

    version: ModelVersion
    verdict: Verdict | None
    is_champion: bool


@use_case
class ReviewModels:
    """Review the content of the ledger."""

    ledger: ModelLedger

    async def __call__(self) -> Sequence[ReviewedVersion]:
        """Return all versions, newest first."""
        champion = await champion_or_none(self.ledger)
        return [
            ReviewedVersion(version, await self.ledger.verdict(version.number), _is(version, champion))
            for version in await self.ledger.versions()
        ]

    async def get(self, number: int) -> ReviewedVersion:
        """Return a version.

        Raises:
            VersionNotFound: if it is not there.
        """
        version = await self.ledger.version(number)
        verdict = await self.ledger.verdict(number)
        return ReviewedVersion(version, verdict, _is(version, await champion_or_none(self.ledger)))

    async def champion(self) -> ReviewedVersion:
        """Return the version that is served.

        Raises:
            NoChampion: if there is none.
        """
        return await self.get((await self.ledger.champion()).number)

    async def history(self) -> Sequence[LedgerEntry]:
        """Return all entries of the ledger, oldest first, verified.

        Raises:
            LedgerBroken: if it was tampered with.
        """
        entries = await self.ledger.history()
        verify(entries, head=await self.ledger.head())
        return entries


def _is(version: ModelVersion, champion: ModelVersion | None) -> bool:
    return champion is not None and version.number == champion.number

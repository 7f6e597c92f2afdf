"""Look at the versions, the champion, and how it became champion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import NoChampion
from domain.ledger import verify
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.ledger import LedgerEntry
    from domain.model import ModelVersion
    from domain.promotion import Verdict


@dataclass(frozen=True, slots=True)
class ReviewedVersion:
    """A version, what the gate said of it, and whether it is served now."""

    version: ModelVersion
    verdict: Verdict | None
    is_champion: bool


@use_case
class ReviewModels:
    """Look at what the ledger knows."""

    ledger: ModelLedger

    async def __call__(self) -> Sequence[ReviewedVersion]:
        """All versions, newest first."""
        try:
            champion = (await self.ledger.champion()).number
        except NoChampion:
            champion = None
        return [
            ReviewedVersion(version, await self.ledger.verdict(version.number), version.number == champion)
            for version in await self.ledger.versions()
        ]

    async def one(self, number: int) -> ReviewedVersion:
        """Find one version.

        Raises:
            VersionNotFound: if it is not there.
        """
        version = await self.ledger.version(number)
        verdict = await self.ledger.verdict(number)
        try:
            return ReviewedVersion(version, verdict, (await self.ledger.champion()).number == number)
        except NoChampion:
            return ReviewedVersion(version, verdict, is_champion=False)

    async def champion(self) -> ReviewedVersion:
        """Find the version that is served.

        Raises:
            NoChampion: if there is none.
        """
        return await self.one((await self.ledger.champion()).number)

    async def history(self) -> Sequence[LedgerEntry]:
        """All entries of the ledger, oldest first, verified.

        Raises:
            LedgerBroken: if it was tampered with.
        """
        entries = await self.ledger.history()
        verify(entries, head=await self.ledger.head())
        return entries

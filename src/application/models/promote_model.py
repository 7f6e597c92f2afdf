"""Make a version champion, if the gate passes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.models.reconcile import Reconcile
from application.use_case import use_case
from domain.models.ledger import Change, NewEntry, was_rolled_back
from domain.models.promotion import require
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger, champion_or_none

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


@use_case
class PromoteModel:
    """Make a version champion. The ledger's commit decides; registry and pointer follow."""

    ledger: ModelLedger
    clock: Clock
    reconcile: Reconcile

    async def __call__(
        self, number: int, *, by: str, reason: str | None = None, because: str = "passed the gate"
    ) -> LedgerEntry:
        """Promote a version.

        Args:
            number: the version.
            by: name of the person or program that promotes it.
            reason: overrides the gate, and is recorded in the ledger.
            because: the recorded reason where the gate passed it.

        Raises:
            PromotionRefused: if the gate does not let it, or was not asked about today's champion.
            VersionNotFound: if there is no such version.
            ModelRefused: if its folder does not match its digest, or may not be loaded here; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        async with self.ledger.exclusive():
            await self.reconcile()
            history = await self.ledger.history()
            version = await self.ledger.version(number)
            before = await champion_or_none(self.ledger)
            champion = before.number if before else None
            if champion == number:
                return history[-1]
            verdict = await self.ledger.verdict(number)
            rolled_back = was_rolled_back(history, number)
            require(verdict, version=number, champion=champion, override=reason, rolled_back=rolled_back)
            await self.reconcile.make_ready(version)
            stands = verdict is not None and verdict.passed and verdict.candidacy.comparison.rival == champion
            entry = await self.ledger.append(
                NewEntry(
                    change=Change.PROMOTION,
                    version=number,
                    digest=version.digest,
                    replaces=champion,
                    at=self.clock.now(),
                    by=by,
                    reason=reason or because,
                    overridden=rolled_back or not stands,
                )
            )
            await self.reconcile()
            return entry

"""Go back to the champion before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.reconcile import Reconcile
from application.use_case import use_case
from domain.errors import PromotionRefused
from domain.ledger import Change, NewEntry, previous_champion
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from domain.ledger import LedgerEntry


@use_case
class RollBackModel:
    """Make the champion before the present one champion again. Rolling back twice goes back two champions."""

    ledger: ModelLedger
    clock: Clock
    reconcile: Reconcile

    async def __call__(self, *, by: str, reason: str | None = None) -> LedgerEntry:
        """Roll back.

        Args:
            by: who does it.
            reason: why; stands in the ledger.

        Raises:
            PromotionRefused: if there is no champion before.
            ModelRefused: if its folder does not match its digest, or may not be loaded here; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        async with self.ledger.exclusive():
            await self.reconcile()
            history = await self.ledger.history()
            number = previous_champion(history)
            if number is None:
                message = "there is no champion before this one to roll back to"
                raise PromotionRefused(message)
            version = await self.ledger.version(number)
            await self.reconcile.make_ready(version)
            entry = await self.ledger.append(
                NewEntry(
                    change=Change.ROLLBACK,
                    version=number,
                    digest=version.digest,
                    replaces=history[-1].version,
                    at=self.clock.now(),
                    by=by,
                    reason=reason or "rolled back by hand",
                )
            )
            await self.reconcile()
            return entry

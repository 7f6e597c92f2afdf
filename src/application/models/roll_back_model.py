"""Go back to the champion before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.models.reconcile import Reconcile
from application.use_case import use_case
from domain.errors import PromotionRefused
from domain.models.ledger import Change, NewEntry, previous_champion
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


@use_case
class RollBackModel:
    """Make the champion before the present one champion again.

    Rolling back twice goes back two champions, unless the entry of the ledger to go back from is given.
    """

    ledger: ModelLedger
    clock: Clock
    reconcile: Reconcile

    async def __call__(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """Roll back to the previous champion.

        Args:
            by: name of the person or program that rolls back.
            reason: the reason that is recorded in the ledger.
            after: number of the last entry to go back from; if a rollback by the same person follows it already, that
                is returned, and nothing is changed.

        Raises:
            PromotionRefused: if there is no champion before, or another change came after that entry.
            ModelRefused: if its folder does not match its digest, or may not be loaded here; the champion stays.
            LedgerBroken: if the ledger was tampered with; the champion stays.
        """
        async with self.ledger.exclusive():
            await self.reconcile()
            history = await self.ledger.history()
            if after is not None and len(history) > after:
                return _done(history[after], by)
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


def _done(next_entry: LedgerEntry, by: str) -> LedgerEntry:
    if next_entry.change is not Change.ROLLBACK or next_entry.by != by:
        message = (
            f"the champion was changed meanwhile, to version {next_entry.version} by {next_entry.by}: "
            "look at it, and ask again"
        )
        raise PromotionRefused(message)
    return next_entry

"""Promotion and rollback behind one port, so that they may run in this process or in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.models.promote_model import PromoteModel
from application.models.roll_back_model import RollBackModel
from application.use_case import use_case
from domain.ports.championship import Championship

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


@use_case
class ChangeChampion(Championship):
    """Promote and roll back in this process; the ledger's `exclusive` allows one change at a time."""

    promote_model: PromoteModel
    roll_back_model: RollBackModel

    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        """Promote a version, see `PromoteModel`."""
        return await self.promote_model(number, by=by, reason=reason)

    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """Roll back, see `RollBackModel`."""
        return await self.roll_back_model(by=by, reason=reason, after=after)

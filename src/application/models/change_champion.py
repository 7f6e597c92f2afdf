"""Both ways of changing the champion behind one port, so that they may run here or in another process."""

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
    """Promote and roll back in this process; the ledger's `exclusive` lets one change in at a time."""

    promote_model: PromoteModel
    roll_back_model: RollBackModel

    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        """See `PromoteModel`."""
        return await self.promote_model(number, by=by, reason=reason)

    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """See `RollBackModel`."""
        return await self.roll_back_model(by=by, reason=reason, after=after)

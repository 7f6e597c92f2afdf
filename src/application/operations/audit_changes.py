"""Record who changes what, and review it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import MedcostError, Unavailable
from domain.operations.audit import AuditAction, AuditEntry, of_acknowledgements, of_ledger
from domain.ports.alarms import Acknowledgements
from domain.ports.audit import AuditTrail
from domain.ports.clock import Clock
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from uuid import UUID


@use_case
class AuditChanges:
    """Record a change before it is made: what cannot be recorded is not done."""

    trail: AuditTrail
    clock: Clock

    @asynccontextmanager
    async def __call__(
        self, action: AuditAction, *, by: str, subject: str = "", detail: str = ""
    ) -> AsyncGenerator[None]:
        """Record a change that the block makes; if it fails, record that, too.

        A process that dies in the block leaves an entry whose change was perhaps not made, never a change without one.

        Args:
            action: what is done.
            by: who does it.
            subject: to what.
            detail: what else is known of it.

        Raises:
            RepositoryUnavailable: if it cannot be recorded. The block was not run.
        """
        entry = AuditEntry(at=self.clock.now(), by=by, action=action, subject=subject, detail=detail)
        await self.trail.add(entry)
        try:
            yield
        except MedcostError as error:
            with suppress(Unavailable):
                await self.trail.add(replace(entry, at=self.clock.now(), problem=str(error)))
            raise


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries of the audit trail, the newest first, and where the next page begins: None on the last one."""

    entries: Sequence[AuditEntry]
    next: UUID | None


@use_case
class ReviewAudit:
    """Review all changes: what the trail holds, the ledger's promotions and rollbacks, and acknowledged alarms."""

    trail: AuditTrail
    ledger: ModelLedger
    acknowledgements: Acknowledgements

    async def __call__(self, limit: int, *, before: UUID | None = None) -> AuditPage:
        """Return the newest changes, or those before an identifier."""
        own = await self.trail.newest(limit + 1, before=before)
        elsewhere = (
            *of_ledger(await self.ledger.history()),
            *of_acknowledgements(await self.acknowledgements.all()),
        )
        earlier = [entry for entry in elsewhere if before is None or entry.id < before]
        entries = sorted((*own, *earlier), key=lambda entry: entry.id, reverse=True)
        return AuditPage(entries[:limit], entries[limit - 1].id if len(entries) > limit else None)

"""What every audit trail promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.operations.audit import AuditAction, AuditEntry

if TYPE_CHECKING:
    from domain.ports.audit import AuditTrail

NOON: Final = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
MADE: Final = AuditEntry(at=NOON, by="ann", action=AuditAction.KEY_CREATED, subject="billing", detail="client")
REVOKED: Final = AuditEntry(at=NOON + HOUR, by="bob", action=AuditAction.KEY_REVOKED, subject="key:1")
FAILED: Final = replace(REVOKED, at=NOON + 2 * HOUR, problem="the database is away")


class AuditTrailContract:
    """The suite. Fixture: ``trail``, an `AuditTrail` without entries."""

    async def test_entries_are_read_whole_and_newest_first(self, trail: AuditTrail) -> None:
        for entry in (REVOKED, MADE, FAILED):
            await trail.add(entry)
        assert list(await trail.newest(9)) == [FAILED, REVOKED, MADE]

    async def test_pages_continue_before_an_identifier(self, trail: AuditTrail) -> None:
        entries = [replace(MADE, at=NOON + n * HOUR) for n in range(5)]
        for entry in entries:
            await trail.add(entry)
        first = await trail.newest(2)
        rest = await trail.newest(9, before=first[-1].id)
        assert [*first, *rest] == entries[::-1]
        assert not await trail.newest(9, before=entries[0].id)

    async def test_the_same_entry_again_is_recorded_once(self, trail: AuditTrail) -> None:
        for _ in range(2):
            await trail.add(MADE)
        assert list(await trail.newest(9)) == [MADE]

    async def test_entries_before_a_time_are_forgotten(self, trail: AuditTrail) -> None:
        for entry in (MADE, REVOKED):
            await trail.add(entry)
        assert (await trail.forget(NOON + HOUR), await trail.forget(NOON + HOUR)) == (1, 0)
        assert list(await trail.newest(9)) == [REVOKED]

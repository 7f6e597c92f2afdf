"""The audit trail: recorded entries, and those that follow from the ledger and from acknowledged alarms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.models.ledger import Change, LedgerEntry

if TYPE_CHECKING:
    from domain.monitoring.alarms import Acknowledgement

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AuditAction(StrEnum):
    """Kind of a change."""

    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    PASSWORD_SET = "password.set"  # noqa: S105  # what was done
    SIGN_IN_UNLOCKED = "sign_in.unlocked"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_PINGED = "webhook.pinged"
    DELIVERY_REPLAYED = "delivery.replayed"
    ALARM_ACKNOWLEDGED = "alarm.acknowledged"
    JOB_CANCELLED = "job.cancelled"
    SCHEMA_ADOPTED = "schema.adopted"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A change of the system.

    Args:
        at: time of the change, in UTC.
        by: the author: a person, a key with its identifier, or an account of the machine.
        action: the kind of the change.
        subject: name or identifier of what was changed.
        detail: further information, without secrets and facts of people.
        problem: the reason why a change that was recorded before then failed; empty for a change that was made.
    """

    at: datetime
    by: str
    action: AuditAction
    subject: str = ""
    detail: str = ""
    problem: str = ""

    @property
    def id(self) -> UUID:
        """Return an identifier of the time and the content, in the form of a UUIDv7: later entries have greater ones.

        >>> from datetime import UTC, datetime
        >>> AuditEntry(at=datetime(2026, 1, 1, tzinfo=UTC), by="ann", action=AuditAction.KEY_CREATED).id.version
        7
        """
        at = self.at.astimezone(UTC)
        content = f"{at.isoformat()}\n{self.by}\n{self.action}\n{self.subject}\n{self.detail}\n{self.problem}"
        random = int.from_bytes(hashlib.sha256(content.encode()).digest()[:10])
        milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
        number = milliseconds << 80 | random
        return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def of_ledger(entries: Iterable[LedgerEntry]) -> Iterator[AuditEntry]:
    """Yield the promotions and rollbacks of the ledger."""
    actions = {Change.PROMOTION: AuditAction.MODEL_PROMOTED, Change.ROLLBACK: AuditAction.MODEL_ROLLED_BACK}
    for entry in entries:
        yield AuditEntry(
            at=entry.at, by=entry.by, action=actions[entry.change], subject=str(entry.version), detail=entry.reason
        )


def of_acknowledgements(noted: Iterable[Acknowledgement]) -> Iterator[AuditEntry]:
    """Yield the alarms that somebody acknowledged."""
    for seen in noted:
        yield AuditEntry(
            at=seen.at,
            by=seen.by,
            action=AuditAction.ALARM_ACKNOWLEDGED,
            subject=seen.alarm,
            detail=f"since {seen.since.isoformat()}",
        )

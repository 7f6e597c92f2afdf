"""Changes are recorded before they are made, and reviewed together with what other records hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.memory.alarms import MemoryAcknowledgements
from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.keys import MemoryKeys
from adapters.memory.ledger import MemoryLedger
from application.access.change_keys import ChangeKeys
from application.operations.audit_changes import AuditChanges, ReviewAudit
from domain.access.keys import Role
from domain.errors import KeyNotFound, RepositoryUnavailable, WebhookNotFound
from domain.models.ledger import Change, NewEntry
from domain.models.model import ModelVersion
from domain.monitoring.alarms import Acknowledgement
from domain.operations.audit import AuditAction
from tests.support.monitored import CARD


class Records:
    """A trail, keys, a ledger and alarms on one clock."""

    def __init__(self) -> None:
        self.clock, self.trail = FixedClock(), MemoryAuditTrail()
        self.keys = MemoryKeys(clock=self.clock)
        self.ledger, self.alarms = MemoryLedger(), MemoryAcknowledgements()
        self.audit = AuditChanges(trail=self.trail, clock=self.clock)
        self.change_keys = ChangeKeys(keys=self.keys, audit=self.audit)
        self.review = ReviewAudit(trail=self.trail, ledger=self.ledger, acknowledgements=self.alarms)


@pytest.fixture
def records() -> Records:
    return Records()


async def test_who_made_and_revoked_a_key_is_recorded(records: Records) -> None:
    key, secret = await records.change_keys.create("billing", Role.REVIEWER, by="ann")
    records.clock.advance(timedelta(hours=1))
    await records.change_keys.revoke(key.id, by="bob")
    revoked, created = await records.trail.newest(9)
    assert (created.by, created.action, created.subject, created.detail) == (
        "ann", AuditAction.KEY_CREATED, "billing", "reviewer"
    )  # fmt: skip
    assert (revoked.by, revoked.subject, revoked.detail) == ("bob", f"key:{key.id}", "billing")
    assert secret not in repr((created, revoked))
    with pytest.raises(KeyNotFound):
        await records.change_keys.revoke(UUID(int=7), by="eve")
    assert len(await records.trail.newest(9)) == 2


async def test_what_cannot_be_recorded_is_not_done(records: Records) -> None:
    records.trail.failure = RepositoryUnavailable("away")
    with pytest.raises(RepositoryUnavailable):
        await records.change_keys.create("billing", Role.ADMIN, by="eve")
    assert not await records.keys.all()


async def test_a_change_that_fails_has_a_second_entry_with_the_reason(records: Records) -> None:
    with pytest.raises(WebhookNotFound):
        async with records.audit(AuditAction.WEBHOOK_DELETED, by="ann", subject="w"):
            raise WebhookNotFound(UUID(int=7))
    entries = await records.trail.newest(9)
    assert sorted(bool(entry.problem) for entry in entries) == [False, True]
    assert {replace(entry, problem="") for entry in entries} == {replace(entries[0], problem="")}


async def test_promotions_and_acknowledged_alarms_are_read_where_they_are_recorded(records: Records) -> None:
    start = records.clock.now()
    await records.change_keys.create("one", Role.CLIENT, by="ann")
    hour = timedelta(hours=1)
    promotion = NewEntry(
        change=Change.PROMOTION, version=3, digest="d" * 64, replaces=None, at=start + hour, by="bob", reason="gate"
    )
    await records.ledger.admit(ModelVersion(3, "d" * 64, start, CARD))
    async with records.ledger.exclusive():
        await records.ledger.append(promotion)
    await records.alarms.add(Acknowledgement(alarm="drift age", since=start, at=start + 2 * hour, by="cyd"))
    records.clock.advance(3 * hour)
    await records.change_keys.create("two", Role.CLIENT, by="dan")

    whole = await records.review(9)
    assert [(entry.by, entry.action.value) for entry in whole.entries] == [
        ("dan", "key.created"), ("cyd", "alarm.acknowledged"), ("bob", "model.promoted"), ("ann", "key.created")
    ]  # fmt: skip
    assert whole.next is None
    pages, cursor = [], None
    while page := await records.review(1, before=cursor):
        pages += page.entries
        if (cursor := page.next) is None:
            break
    assert pages == [*whole.entries]
    assert len(await records.trail.newest(9)) == 2  # nothing is recorded twice

"""Put events into the outboxes of webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.operations.review_operations import ReviewAlarms
from application.use_case import use_case
from domain.access.callers import LOCAL, Caller
from domain.operations.occurrences import of_alarms, of_jobs, of_ledger, of_refusals
from domain.operations.webhooks import RETENTION, NewDelivery, WebhookEvent
from domain.ports.clock import Clock
from domain.ports.jobs import Jobs
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.operations.webhooks import Occurrence, Webhook

LOOKS_BACK: Final = timedelta(days=7)
"""The age up to which events are delivered that happened while no process ran."""


@use_case
class RelayEvents:
    """Read events from the ledger, the jobs and the alarms, and put them into the outbox of each webhook.

    The sources are committed before they are read, and an event is put into an outbox once, however often it is read.
    So no event is lost when a process is killed, and two processes deliver none twice.
    """

    webhooks: Webhooks
    jobs: Jobs
    ledger: ModelLedger
    alarms: ReviewAlarms
    keys: ApiKeys
    clock: Clock

    async def __call__(self, since: datetime | None = None, *, alarms: bool = True) -> int:
        """Put events into outboxes, and return the number of new deliveries.

        Args:
            since: the time from which events are read; None looks back for `LOOKS_BACK`.
            alarms: whether alarms are computed, which costs more than the rest; old deliveries are removed then.
        """
        now = self.clock.now()
        if alarms:
            await self.webhooks.forget(now - RETENTION)
        webhooks = [webhook for webhook in await self.webhooks.all() if webhook.disabled_at is None]
        if not webhooks:
            return 0
        active = await self._active_owners(webhooks, now)
        oldest = min(webhook.created_at for webhook in webhooks)
        happened = await self._occurrences(max(since or now - LOOKS_BACK, oldest), webhooks, alarms=alarms)
        return await self.webhooks.enqueue(
            [
                NewDelivery(
                    webhook_id=webhook.id,
                    event_id=occurrence.id,
                    event=occurrence.event,
                    body=occurrence.body,
                    created_at=now,
                )
                for webhook in webhooks
                if webhook.owner in active
                for occurrence in happened
                if webhook.wants(occurrence)
            ]
        )

    async def _active_owners(self, webhooks: Sequence[Webhook], now: datetime) -> set[str]:
        """Return the owners with valid keys."""
        if all(webhook.owner == LOCAL.owner for webhook in webhooks):
            return {LOCAL.owner}
        keys = await self.keys.uses()
        open_ones = [key for key in keys if not key.revoked_at and not (key.expires_at and key.expires_at <= now)]
        return {LOCAL.owner, *(Caller.of_key(key).owner for key in open_ones)}

    async def _occurrences(
        self, since: datetime, webhooks: Sequence[Webhook], *, alarms: bool
    ) -> Sequence[Occurrence]:  # fmt: skip
        happened = [
            *of_jobs(await self.jobs.ended_since(since)),
            *of_ledger(entry for entry in await self.ledger.history() if entry.at >= since),
            *of_refusals(await self.ledger.refusals(since)),
        ]
        if alarms and any(WebhookEvent.ALARM_RAISED in webhook.events for webhook in webhooks):
            earliest = self.clock.now() - LOOKS_BACK
            happened += [occurrence for occurrence in of_alarms(await self.alarms()) if occurrence.at >= earliest]
        return sorted(happened, key=lambda occurrence: occurrence.at)

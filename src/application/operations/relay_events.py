"""Write down who is to be told of what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.operations.review_operations import ReviewAlarms
from application.use_case import use_case
from domain.access.callers import LOCAL, Caller
from domain.operations.occurrences import of_alarms, of_jobs, of_ledger, of_refusals
from domain.operations.webhooks import KEPT_FOR, NewDelivery, WebhookEvent
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
"""What happened while no process ran is told after it, if it is no older."""


@use_case
class RelayEvents:
    """Read what happened off the ledger, the jobs and the alarms, and put it into the outbox of each webhook.

    What is recorded there was committed before, in whichever process; and an event is put into an outbox once, however
    often it is read. So nothing that a process was killed over is lost, and nothing is told twice by two processes.
    """

    webhooks: Webhooks
    jobs: Jobs
    ledger: ModelLedger
    alarms: ReviewAlarms
    keys: ApiKeys
    clock: Clock

    async def __call__(self, since: datetime | None = None, *, alarms: bool = True) -> int:
        """Put what happened into outboxes. Returns how many deliveries are new.

        Args:
            since: what happened earlier was read before; None looks back for `LOOKS_BACK`.
            alarms: whether alarms are worked out, which costs more than the rest; old deliveries are forgotten then.
        """
        now = self.clock.now()
        if alarms:
            await self.webhooks.forget(now - KEPT_FOR)
        webhooks = [one for one in await self.webhooks.all() if one.disabled_at is None]
        if not webhooks:
            return 0
        active = await self._active_owners(webhooks, now)
        oldest = min(one.created_at for one in webhooks)
        happened = await self._occurrences(max(since or now - LOOKS_BACK, oldest), webhooks, alarms=alarms)
        return await self.webhooks.enqueue(
            [
                NewDelivery(webhook_id=webhook.id, event_id=one.id, event=one.event, body=one.body, created_at=now)
                for webhook in webhooks
                if webhook.owner in active
                for one in happened
                if webhook.wants(one)
            ]
        )

    async def _active_owners(self, webhooks: Sequence[Webhook], now: datetime) -> set[str]:
        """Return the owners whose keys still open something."""
        if all(one.owner == LOCAL.owner for one in webhooks):
            return {LOCAL.owner}
        keys = await self.keys.uses()
        open_ones = [one for one in keys if not one.revoked_at and not (one.expires_at and one.expires_at <= now)]
        return {LOCAL.owner, *(Caller.of_key(one).owner for one in open_ones)}

    async def _occurrences(
        self, since: datetime, webhooks: Sequence[Webhook], *, alarms: bool
    ) -> Sequence[Occurrence]:  # fmt: skip
        happened = [
            *of_jobs(await self.jobs.ended_since(since)),
            *of_ledger(entry for entry in await self.ledger.history() if entry.at >= since),
            *of_refusals(await self.ledger.refusals(since)),
        ]
        if alarms and any(WebhookEvent.ALARM_RAISED in one.events for one in webhooks):
            earliest = self.clock.now() - LOOKS_BACK
            happened += [one for one in of_alarms(await self.alarms()) if one.at >= earliest]
        return sorted(happened, key=lambda one: one.at)

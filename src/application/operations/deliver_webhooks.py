"""Deliver events to receivers, with retries."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from application.operations.repeating import Repeating
from domain.operations.webhooks import WebhookEvent

if TYPE_CHECKING:
    from application.operations.relay_events import RelayEvents
    from domain.operations.webhooks import Delivery, Webhook
    from domain.ports.clock import Clock
    from domain.ports.webhook_sender import WebhookSender
    from domain.ports.webhooks import Webhooks

_AT_ONCE: Final = 10
_LAPSE: Final = timedelta(minutes=1)
"""The time after which other processes take over the deliveries of a dead one."""
_LAST_CALL: Final = _LAPSE / 2
"""The time after a claim from which no further call is begun: others may claim the delivery before it ends."""
_OVERLAP: Final = timedelta(minutes=10)
"""The time by which an event may be committed after its own time."""
_JITTER: Final = 0.2


class WebhookWorker:
    """Fills the outboxes of webhooks and delivers them; each process that serves has one worker.

    Args:
        relay: fills the outboxes.
        webhooks: the store of webhooks and outboxes.
        sender: calls the receivers.
        clock: tells the time.
        every: seconds between two looks.
        backoff: seconds until the first retry of a delivery; each further wait is four times the last.
        alarms_every: seconds between two looks for alarms.
    """

    def __init__(
        self,
        relay: RelayEvents,
        webhooks: Webhooks,
        sender: WebhookSender,
        clock: Clock,
        *,
        every: float = 2.0,
        backoff: float = 5.0,
        alarms_every: float = 60.0,
    ) -> None:
        self._relay, self._webhooks, self._sender, self._clock = relay, webhooks, sender, clock
        self._backoff, self._alarms_every = timedelta(seconds=backoff), alarms_every
        self._relayed: datetime | None = None
        self._alarms_at: datetime | None = None
        self._repeating = Repeating("the delivery of webhooks", every)

    async def run(self) -> None:
        """Work until `stop` is called; calls that were begun are ended first."""
        await self._repeating.run(self._relay_and_deliver)

    def stop(self) -> None:
        """Stop beginning calls."""
        self._repeating.stop()

    async def _relay_and_deliver(self) -> bool:
        await self.relay()
        while not self._repeating.is_stopping and await self.deliver():
            pass
        return False

    async def relay(self) -> None:
        """Put the events since the last time into the outboxes."""
        now = self._clock.now()
        alarms = self._alarms_at is None or (now - self._alarms_at).total_seconds() >= self._alarms_every
        await self._relay(self._relayed and self._relayed - _OVERLAP, alarms=alarms)
        self._relayed = now
        if alarms:
            self._alarms_at = now

    async def deliver(self) -> int:
        """Make the calls that are due, several at once, and return how many were claimed."""
        claimed_at = self._clock.now()
        due = await self._webhooks.claim(_AT_ONCE, at=claimed_at, lapse=_LAPSE)
        # those of one receiver one after the other, so that each call knows of the failures before it
        by_webhook: dict[object, list[tuple[Delivery, Webhook]]] = {}
        for delivery, webhook in due:
            by_webhook.setdefault(webhook.id, []).append((delivery, webhook))
        await asyncio.gather(*(self._deliver_to_webhook(several, claimed_at) for several in by_webhook.values()))
        return len(due)

    async def _deliver_to_webhook(self, due: list[tuple[Delivery, Webhook]], claimed_at: datetime) -> None:
        """Call one receiver with its deliveries in turn; a slow receiver gets the rest after the next claim."""
        webhook = due[0][1]
        for delivery, _ in due:
            if self._clock.now() - claimed_at >= _LAST_CALL:
                return
            if webhook.disabled_at is not None and delivery.event is not WebhookEvent.PING:
                continue
            attempt = await self._sender.send(delivery, webhook, at=self._clock.now())
            webhook = webhook.after(attempt)
            jitter = random.random() * _JITTER  # noqa: S311  # no secret
            await self._webhooks.record(delivery.after(attempt, base=self._backoff, jitter=jitter), webhook)

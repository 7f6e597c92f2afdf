"""Deliver events to receivers, with retries."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.errors import MedcostError, Unavailable
from domain.operations.webhooks import WebhookEvent

if TYPE_CHECKING:
    from application.operations.relay_events import RelayEvents
    from domain.operations.webhooks import Delivery, Webhook
    from domain.ports.clock import Clock
    from domain.ports.webhook_sender import WebhookSender
    from domain.ports.webhooks import Webhooks

_AT_ONCE: Final = 10
_LAPSE: Final = timedelta(minutes=1)
"""The time after which other processes take over the delivery of a dead one."""
_OVERLAP: Final = timedelta(minutes=10)
"""The time by which an event may be committed after its own time."""
_JITTER: Final = 0.2
_log: Final = logging.getLogger(__name__)


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
        self._every, self._backoff, self._alarms_every = every, timedelta(seconds=backoff), alarms_every
        self._relayed: datetime | None = None
        self._alarms_at: datetime | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop` is called; calls that were begun are ended first."""
        while not self._stopping.is_set():
            wait = self._every
            try:
                await self.relay()
                while not self._stopping.is_set() and await self.deliver():
                    pass
            except Unavailable as away:
                wait = max(wait, away.retry_after)
            except MedcostError as error:  # such as a ledger that was tampered with, which other parts report
                _log.warning("webhooks wait: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """Stop beginning calls."""
        self._stopping.set()

    async def relay(self) -> None:
        """Put the events since the last time into the outboxes."""
        now = self._clock.now()
        alarms = self._alarms_at is None or (now - self._alarms_at).total_seconds() >= self._alarms_every
        await self._relay(self._relayed and self._relayed - _OVERLAP, alarms=alarms)
        self._relayed = now
        if alarms:
            self._alarms_at = now

    async def deliver(self) -> int:
        """Make the calls that are due, several at once. Returns how many there were."""
        due = await self._webhooks.claim(_AT_ONCE, at=self._clock.now(), lapse=_LAPSE)
        # those of one receiver one after the other, so that each call knows of the failures before it
        by_webhook: dict[object, list[tuple[Delivery, Webhook]]] = {}
        for delivery, webhook in due:
            by_webhook.setdefault(webhook.id, []).append((delivery, webhook))
        await asyncio.gather(*map(self._deliver_to_one, by_webhook.values()))
        return len(due)

    async def _deliver_to_one(self, due: list[tuple[Delivery, Webhook]]) -> None:
        webhook = due[0][1]
        for delivery, _ in due:
            if webhook.disabled_at is not None and delivery.event is not WebhookEvent.PING:
                continue
            attempt = await self._sender.send(delivery, webhook, at=self._clock.now())
            webhook = webhook.after(attempt)
            jitter = random.random() * _JITTER  # noqa: S311  # no secret
            await self._webhooks.record(delivery.after(attempt, base=self._backoff, jitter=jitter), webhook)

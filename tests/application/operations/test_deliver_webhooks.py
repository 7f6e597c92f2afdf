"""Deliveries of webhooks, and how long the claim of them is good for."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

from adapters.memory.clock import FixedClock
from adapters.memory.webhooks import MemoryWebhooks
from application.operations.deliver_webhooks import WebhookWorker
from domain.operations.webhooks import Attempt, Delivery, NewDelivery, NewWebhook, Webhook, WebhookEvent
from domain.ports.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from application.operations.relay_events import RelayEvents

EVENTS = 10


class SlowReceiver(WebhookSender):
    """Takes each event after ten seconds, in which another process may deliver, too."""

    def __init__(self, clock: FixedClock, webhooks: MemoryWebhooks) -> None:
        self.clock, self.taken = clock, Counter[UUID]()
        self.worker, self.other = (
            WebhookWorker(cast("RelayEvents", None), webhooks, sender, clock) for sender in (self, QuickReceiver(self))
        )

    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        self.clock.advance(timedelta(seconds=10))
        self.taken[delivery.event_id] += 1
        await self.other.deliver()
        return Attempt(at, 204)


class QuickReceiver(WebhookSender):
    """The same receiver as another process reaches it, at once."""

    def __init__(self, slow: SlowReceiver) -> None:
        self.slow = slow

    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        self.slow.taken[delivery.event_id] += 1
        return Attempt(at, 204)


async def test_what_a_slow_receiver_keeps_waiting_is_not_delivered_twice() -> None:
    clock, webhooks = FixedClock(), MemoryWebhooks()
    new = NewWebhook(
        url="https://hooks.example.org/medcost",
        events=frozenset({WebhookEvent.JOB_DONE}),
        owner="local",
        sees_all=True,
        secret="whsec_",
        created_at=clock.now(),
    )
    webhook = await webhooks.add(new)
    events = [uuid4() for _ in range(EVENTS)]
    await webhooks.enqueue(
        [
            NewDelivery(
                webhook_id=webhook.id, event_id=event, event=WebhookEvent.JOB_DONE, body="{}", created_at=clock.now()
            )
            for event in events
        ]
    )
    receiver = SlowReceiver(clock, webhooks)
    while await receiver.worker.deliver() or any(event not in receiver.taken for event in events):
        clock.advance(timedelta(minutes=1))
    assert receiver.taken == Counter(events)

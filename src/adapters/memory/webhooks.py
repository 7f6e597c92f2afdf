"""Webhooks kept in this process."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.errors import DeliveryNotFound, TooManyWebhooks, WebhookNotFound
from domain.operations.webhooks import MOST_WEBHOOKS, Delivery, DeliveryState, Webhook, WebhookEvent
from domain.ports.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from domain.operations.webhooks import NewDelivery, NewWebhook


@dataclass
class MemoryWebhooks(FailsOnRequest, Webhooks):
    """Keeps webhooks and deliveries in the order in which they came."""

    _webhooks: dict[UUID, Webhook] = field(default_factory=dict)
    _deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    _claims: dict[UUID, datetime] = field(default_factory=dict)

    async def add(self, new: NewWebhook, *, id: UUID | None = None) -> Webhook:
        """Keep it."""
        self._fail_if_asked()
        if id is not None and id in self._webhooks:
            return self._webhooks[id]
        if sum(one.owner == new.owner for one in self._webhooks.values()) >= MOST_WEBHOOKS:
            raise TooManyWebhooks(MOST_WEBHOOKS)
        webhook = Webhook(**asdict(new), id=id or UUID(bytes=uuid7().bytes))
        self._webhooks[webhook.id] = webhook
        return webhook

    async def get(self, id: UUID) -> Webhook:
        """Find it."""
        self._fail_if_asked()
        if id not in self._webhooks:
            raise WebhookNotFound(id)
        return self._webhooks[id]

    async def all(self) -> Sequence[Webhook]:
        """Sort them."""
        self._fail_if_asked()
        return [self._webhooks[id] for id in sorted(self._webhooks, reverse=True)]

    async def remove(self, id: UUID) -> None:
        """Drop it and what hangs on it."""
        await self.get(id)
        del self._webhooks[id]
        self._deliveries = {one.id: one for one in self._deliveries.values() if one.webhook_id != id}

    async def enqueue(self, new: Sequence[NewDelivery]) -> int:
        """Keep those that are new."""
        self._fail_if_asked()
        queued = {(delivery.webhook_id, delivery.event_id) for delivery in self._deliveries.values()}
        added = 0
        for one in new:
            if one.webhook_id in self._webhooks and (one.webhook_id, one.event_id) not in queued:
                delivery = Delivery(**asdict(one), id=UUID(bytes=uuid7().bytes), due_at=one.created_at)
                self._deliveries[delivery.id] = delivery
                queued.add((one.webhook_id, one.event_id))
                added += 1
        return added

    async def delivery(self, webhook_id: UUID, id: UUID) -> Delivery:
        """Look through them."""
        self._fail_if_asked()
        for one in self._deliveries.values():
            if one.webhook_id == webhook_id and id in (one.id, one.event_id):
                return one
        raise DeliveryNotFound(id)

    async def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> Sequence[Delivery]:
        """Sort them."""
        self._fail_if_asked()
        mine = [self._deliveries[id] for id in sorted(self._deliveries, reverse=True) if before is None or id < before]
        return [one for one in mine if one.webhook_id == webhook_id][:limit]

    async def claim(self, limit: int, *, at: datetime, lapse: timedelta) -> Sequence[tuple[Delivery, Webhook]]:
        """Take those that are due."""
        self._fail_if_asked()
        due = [
            (one, self._webhooks[one.webhook_id])
            for one in sorted(self._deliveries.values(), key=lambda one: one.due_at)
            if one.state is DeliveryState.WAITING and one.due_at <= at and self._claims.get(one.id, at) <= at
        ]
        taken = [
            pair for pair in due if pair[1].disabled_at is None or pair[0].event is WebhookEvent.PING
        ][:limit]  # fmt: skip
        self._claims |= {one.id: at + lapse for one, _ in taken}
        return taken

    async def record(self, delivery: Delivery, webhook: Webhook) -> None:
        """Put both in place of what was there."""
        self._fail_if_asked()
        self._claims.pop(delivery.id, None)
        if delivery.id in self._deliveries and webhook.id in self._webhooks:
            self._deliveries[delivery.id] = delivery
            self._webhooks[webhook.id] = webhook

    async def forget(self, before: datetime) -> int:
        """Drop them."""
        self._fail_if_asked()
        stays = {id: one for id, one in self._deliveries.items() if one.created_at >= before}
        forgotten = len(self._deliveries) - len(stays)
        self._deliveries = stays
        return forgotten

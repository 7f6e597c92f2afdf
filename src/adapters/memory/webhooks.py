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
        """Store a webhook."""
        self._fail_if_asked()
        if id is not None and id in self._webhooks:
            return self._webhooks[id]
        if sum(webhook.owner == new.owner for webhook in self._webhooks.values()) >= MOST_WEBHOOKS:
            raise TooManyWebhooks(MOST_WEBHOOKS)
        webhook = Webhook(**asdict(new), id=id or UUID(bytes=uuid7().bytes))
        self._webhooks[webhook.id] = webhook
        return webhook

    async def get(self, id: UUID) -> Webhook:
        """Return a webhook."""
        self._fail_if_asked()
        if id not in self._webhooks:
            raise WebhookNotFound(id)
        return self._webhooks[id]

    async def all(self) -> Sequence[Webhook]:
        """Return all webhooks, newest first."""
        self._fail_if_asked()
        return [self._webhooks[id] for id in sorted(self._webhooks, reverse=True)]

    async def remove(self, id: UUID) -> None:
        """Remove a webhook and its deliveries."""
        await self.get(id)
        del self._webhooks[id]
        self._deliveries = {
            delivery.id: delivery for delivery in self._deliveries.values() if delivery.webhook_id != id
        }

    async def enqueue(self, new: Sequence[NewDelivery]) -> int:
        """Store deliveries that are not there yet."""
        self._fail_if_asked()
        queued = {(delivery.webhook_id, delivery.event_id) for delivery in self._deliveries.values()}
        added = 0
        for new_delivery in new:
            if (
                new_delivery.webhook_id in self._webhooks
                and (new_delivery.webhook_id, new_delivery.event_id) not in queued
            ):
                delivery = Delivery(
                    **asdict(new_delivery), id=UUID(bytes=uuid7().bytes), due_at=new_delivery.created_at
                )
                self._deliveries[delivery.id] = delivery
                queued.add((new_delivery.webhook_id, new_delivery.event_id))
                added += 1
        return added

    async def delivery(self, webhook_id: UUID, id: UUID) -> Delivery:
        """Return a delivery by its identifier or its event's."""
        self._fail_if_asked()
        for delivery in self._deliveries.values():
            if delivery.webhook_id == webhook_id and id in (delivery.id, delivery.event_id):
                return delivery
        raise DeliveryNotFound(id)

    async def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> Sequence[Delivery]:
        """Return the deliveries of a webhook, newest first."""
        self._fail_if_asked()
        mine = [self._deliveries[id] for id in sorted(self._deliveries, reverse=True) if before is None or id < before]
        return [delivery for delivery in mine if delivery.webhook_id == webhook_id][:limit]

    async def claim(self, limit: int, *, at: datetime, lapse: timedelta) -> Sequence[tuple[Delivery, Webhook]]:
        """Claim deliveries that are due."""
        self._fail_if_asked()
        due = [
            (delivery, self._webhooks[delivery.webhook_id])
            for delivery in sorted(self._deliveries.values(), key=lambda delivery: delivery.due_at)
            if delivery.state is DeliveryState.WAITING
            and delivery.due_at <= at
            and self._claims.get(delivery.id, at) <= at
        ]
        taken = [
            pair for pair in due if pair[1].disabled_at is None or pair[0].event is WebhookEvent.PING
        ][:limit]  # fmt: skip
        self._claims |= {delivery.id: at + lapse for delivery, _ in taken}
        return taken

    async def record(self, delivery: Delivery, webhook: Webhook) -> None:
        """Replace the delivery and its webhook."""
        self._fail_if_asked()
        self._claims.pop(delivery.id, None)
        if delivery.id in self._deliveries and webhook.id in self._webhooks:
            self._deliveries[delivery.id] = delivery
            self._webhooks[webhook.id] = webhook

    async def forget(self, before: datetime) -> int:
        """Remove deliveries before a time."""
        self._fail_if_asked()
        stays = {id: delivery for id, delivery in self._deliveries.items() if delivery.created_at >= before}
        forgotten = len(self._deliveries) - len(stays)
        self._deliveries = stays
        return forgotten

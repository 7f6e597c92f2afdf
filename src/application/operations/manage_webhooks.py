"""Add webhooks, review them and their deliveries, test them, and remove them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from application.operations.audit_changes import AuditChanges
from application.use_case import use_case
from domain.errors import FieldError, InvalidInput, NotAllowed, WebhookNotFound
from domain.operations.audit import AuditAction
from domain.operations.occurrences import occurrence
from domain.operations.webhook_urls import broken_rule
from domain.operations.webhooks import NewDelivery, NewWebhook, WebhookEvent
from domain.ports.clock import Clock
from domain.ports.request_keys import RequestKeys
from domain.ports.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.access.callers import Caller
    from domain.costs.prediction import Idempotency
    from domain.operations.webhooks import Delivery, Webhook

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """The rules for receivers of webhooks.

    Args:
        private: whether those in private networks, and without TLS on this machine, may be.
    """

    private: bool = False


@use_case
class ManageWebhooks:
    """Manage webhooks: owners their own, admins all of them; reviewers see all."""

    webhooks: Webhooks
    keys: RequestKeys
    clock: Clock
    rules: WebhookRules
    audit: AuditChanges

    async def add(
        self, url: str, events: Collection[WebhookEvent], caller: Caller, *, once: Idempotency | None = None
    ) -> Webhook:
        """Add a webhook with a secret of its own. The same idempotency key returns the same webhook.

        Raises:
            InvalidInput: if the receiver may not be called.
            NotAllowed: if the caller's role does not see an event.
            TooManyWebhooks: if the owner has the most already.
            IdempotencyKeyReused: if the key came with another request before.
        """
        if rule := broken_rule(url, private=self.rules.private):
            raise InvalidInput([FieldError("url", "range", rule)])
        if WebhookEvent.ALARM_RAISED in events and not caller.sees_all:
            message = "alarms are told to a reviewer's or an admin's webhook only: leave out alarm.raised"
            raise NotAllowed(message)
        now = self.clock.now()
        id = await self._claimed(once, caller)
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        new = NewWebhook(
            url=url,
            events=frozenset(events),
            owner=caller.owner,
            sees_all=caller.sees_all,
            secret=secret,
            created_at=now,
        )
        detail = ", ".join(sorted(event.value for event in events))
        async with self.audit(AuditAction.WEBHOOK_CREATED, by=caller.author, subject=url, detail=detail):
            return await self.webhooks.add(new, id=id)

    async def all(self, caller: Caller) -> Sequence[Webhook]:
        """Return the webhooks that the caller may see, newest first."""
        return [webhook for webhook in await self.webhooks.all() if caller.sees(webhook.owner)]

    async def get(self, id: UUID, caller: Caller) -> Webhook:
        """Return a webhook.

        Raises:
            WebhookNotFound: if it is not there, or not the caller's to see.
        """
        webhook = await self.webhooks.get(id)
        if not caller.sees(webhook.owner):
            raise WebhookNotFound(id)
        return webhook

    async def remove(self, id: UUID, caller: Caller) -> None:
        """Remove a webhook and its deliveries.

        Raises:
            WebhookNotFound: if it is not there, or not the caller's to see.
            NotAllowed: if it is another's, and the caller no admin.
        """
        webhook = await self._own(id, caller)
        async with self.audit(AuditAction.WEBHOOK_DELETED, by=caller.author, subject=str(id), detail=webhook.url):
            await self.webhooks.remove(id)

    async def deliveries(
        self, id: UUID, caller: Caller, *, limit: int, before: UUID | None = None
    ) -> Sequence[Delivery]:
        """Return past and future deliveries, newest first.

        Raises:
            WebhookNotFound: if the webhook is not there, or not the caller's to see.
        """
        await self.get(id, caller)
        return await self.webhooks.deliveries(id, limit=limit, before=before)

    async def replay(self, id: UUID, delivery_id: UUID, caller: Caller) -> Delivery:
        """Repeat a delivery with the same event identifier; one that waits is made at once.

        Raises:
            WebhookNotFound: if the webhook is not there, or not the caller's to see.
            DeliveryNotFound: if it has no such delivery.
            NotAllowed: if it is another's, and the caller no admin.
        """
        webhook = await self._own(id, caller)
        again = (await self.webhooks.delivery(id, delivery_id)).replayed(self.clock.now())
        subject, detail = str(delivery_id), f"{again.event.value} to {webhook.url}"
        async with self.audit(AuditAction.DELIVERY_REPLAYED, by=caller.author, subject=subject, detail=detail):
            await self.webhooks.record(again, webhook)
        return again

    async def ping(self, id: UUID, caller: Caller, *, once: Idempotency | None = None) -> Delivery:
        """Send a test event; a receiver that accepts it is enabled again.

        Raises:
            WebhookNotFound: if the webhook is not there, or not the caller's to see.
            NotAllowed: if it is another's, and the caller no admin.
            IdempotencyKeyReused: if the key came with another request before.
        """
        webhook, now = await self._own(id, caller), self.clock.now()
        event_id = await self._claimed(once, caller) or uuid4()
        ping = occurrence(WebhookEvent.PING, now, {"webhook": str(id)}, name=str(event_id))
        new = NewDelivery(
            webhook_id=webhook.id, event_id=event_id, event=ping.event, body=ping.body, created_at=now
        )  # fmt: skip
        async with self.audit(AuditAction.WEBHOOK_PINGED, by=caller.author, subject=str(id), detail=webhook.url):
            await self.webhooks.enqueue([new])
        return await self.webhooks.delivery(id, event_id)

    async def _own(self, id: UUID, caller: Caller) -> Webhook:
        webhook = await self.get(id, caller)
        if not caller.changes(webhook.owner):
            message = "only its owner and admins may change a webhook"
            raise NotAllowed(message)
        return webhook

    async def _claimed(self, once: Idempotency | None, caller: Caller) -> UUID | None:
        if once is None:
            return None
        return await self.keys.claim(replace(once, owner=caller.owner), at=self.clock.now())

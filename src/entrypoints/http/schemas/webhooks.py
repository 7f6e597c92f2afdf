"""Schemas of webhooks and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.operations.webhook_urls import LONGEST_URL, PUBLIC_URL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.operations.webhooks import Attempt, Delivery, Webhook

Subscribable = Literal[
    "job.done", "job.failed", "model.promoted", "model.rolled_back", "model.refused", "alarm.raised"
]  # fmt: skip
Sent = Literal[
    "job.done", "job.failed", "model.promoted", "model.rolled_back", "model.refused", "alarm.raised", "ping"
]  # fmt: skip


class WebhookIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The receiver of a webhook and its events."""

    url: Annotated[
        str, Meta(pattern=PUBLIC_URL, max_length=LONGEST_URL, description="Of the receiver: HTTPS, on the Internet")
    ]
    events: Annotated[list[Subscribable], Meta(min_length=1, max_length=6, description="That the receiver is told")]


class WebhookOut(msgspec.Struct, frozen=True):
    """A webhook."""

    id: UUID
    url: str
    events: list[Subscribable]
    owner: Annotated[str, Meta(description="Who made it: `key:<id>` or `local`")]
    created_at: datetime
    failing_since: Annotated[datetime | None, Meta(description="Since when the receiver takes nothing")]
    disabled_at: Annotated[datetime | None, Meta(description="Since when nothing but a ping is sent")]
    secret: Annotated[
        str | UnsetType, Meta(description="That calls are signed with: shown when the webhook is made, never again")
    ] = UNSET

    @classmethod
    def of(cls, webhook: Webhook, *, secret: bool = False) -> WebhookOut:
        """Convert a webhook."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            events=msgspec.convert(sorted(event.value for event in webhook.events), list[Subscribable]),
            owner=webhook.owner,
            created_at=webhook.created_at,
            failing_since=webhook.failing_since,
            disabled_at=webhook.disabled_at,
            secret=webhook.secret if secret else UNSET,
        )


class WebhooksOut(msgspec.Struct, frozen=True):
    """Webhooks, newest first."""

    webhooks: list[WebhookOut]


class AttemptOut(msgspec.Struct, frozen=True):
    """A call of a receiver."""

    at: datetime
    status: Annotated[int | None, Meta(description="What was answered, if anything was")]
    error: Annotated[str, Meta(description="Why nothing was answered; empty if something was")]

    @classmethod
    def of(cls, attempt: Attempt) -> AttemptOut:
        """Convert a call."""
        return cls(attempt.at, attempt.status, attempt.error)


class DeliveryOut(msgspec.Struct, frozen=True):
    """The delivery of an event to a receiver, pending or done."""

    id: UUID
    event_id: Annotated[UUID, Meta(description="`webhook-id` of each call: the same for each repetition")]
    event: Sent
    body: Annotated[str, Meta(description="The JSON that is sent, as text")]
    created_at: datetime
    state: Literal["waiting", "delivered", "failed"]
    due_at: Annotated[datetime | None, Meta(description="When the receiver is called next; null if it is not")]
    attempts: Annotated[list[AttemptOut], Meta(description="The last calls, oldest first")]

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        """Convert a delivery."""
        return cls(
            id=delivery.id,
            event_id=delivery.event_id,
            event=delivery.event.value,
            body=delivery.body,
            created_at=delivery.created_at,
            state=delivery.state.value,
            due_at=delivery.due_at if delivery.state.value == "waiting" else None,
            attempts=[AttemptOut.of(attempt) for attempt in delivery.attempts],
        )


class DeliveriesOut(msgspec.Struct, frozen=True):
    """Deliveries, newest first."""

    deliveries: list[DeliveryOut]
    next: Annotated[UUID | None, Meta(description="`cursor` of the next page, null on the last")]

    @classmethod
    def of(cls, deliveries: Sequence[Delivery], following: UUID | None) -> DeliveriesOut:
        """Convert a page."""
        return cls([DeliveryOut.of(delivery) for delivery in deliveries], following)

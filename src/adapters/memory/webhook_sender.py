"""Receivers of webhooks in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.operations.webhooks import Attempt
from domain.ports.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.operations.webhooks import Delivery, Webhook


@dataclass
class MemoryWebhookSender(WebhookSender):
    """Sends events to receivers, each a list of the statuses that it answers in turn; the last one stays.

    An address without a receiver cannot be reached.
    """

    receivers: dict[str, list[int]] = field(default_factory=dict)
    calls: list[tuple[str, UUID, str]] = field(default_factory=list)

    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        """Record the call, and return the receiver's answer."""
        if not (answers := self.receivers.get(webhook.url)):
            return Attempt(at, None, "the receiver cannot be reached")
        self.calls.append((webhook.url, delivery.event_id, delivery.body))
        return Attempt(at, answers.pop(0) if len(answers) > 1 else answers[0])

"""Receivers of webhooks that live in this process."""

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
    """Hands events to receivers, each a list of the statuses that it answers one after the other, the last for good.

    Where no receiver is at an address, nothing is answered.
    """

    receivers: dict[str, list[int]] = field(default_factory=dict)
    calls: list[tuple[str, UUID, str]] = field(default_factory=list)

    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        """Note the call."""
        if not (answers := self.receivers.get(webhook.url)):
            return Attempt(at, None, "the receiver cannot be reached")
        self.calls.append((webhook.url, delivery.event_id, delivery.body))
        return Attempt(at, answers.pop(0) if len(answers) > 1 else answers[0])

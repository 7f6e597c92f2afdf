"""The port `webhook_sender`: calls of webhook receivers."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from domain.operations.webhooks import Attempt, Delivery, Webhook


class WebhookSender(Protocol):
    """Calls receivers."""

    @abstractmethod
    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        """Call a receiver with an event, signed after Standard Webhooks with the webhook's secret.

        Nothing is raised: the attempt holds the error. Redirects are not followed, and addresses that are not allowed
        are not called, see `webhook_urls`.
        """

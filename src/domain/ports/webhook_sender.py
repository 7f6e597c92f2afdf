"""The port `webhook_sender`."""

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

        Nothing is raised: whatever goes wrong stands in the attempt. Redirects are not followed, and an address that
        must not be called is not, see `webhook_urls`.
        """

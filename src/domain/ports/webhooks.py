"""The port `webhooks`: webhooks and their deliveries."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from domain.operations.webhooks import Delivery, NewDelivery, NewWebhook, Webhook


class Webhooks(Protocol):
    """Stores webhooks and their deliveries. One call is one transaction.

    Every method raises `RepositoryUnavailable` within the adapter's deadline if the store is away.
    """

    @abstractmethod
    async def add(self, new: NewWebhook, *, id: UUID | None = None) -> Webhook:
        """Record a webhook, under this identifier if one is given; the webhook that has it already is returned.

        Raises:
            TooManyWebhooks: if the owner has `MOST_WEBHOOKS`.
        """

    @abstractmethod
    async def get(self, id: UUID) -> Webhook:
        """Return a webhook.

        Raises:
            WebhookNotFound: if there is none.
        """

    @abstractmethod
    async def all(self) -> Sequence[Webhook]:
        """Return all webhooks, newest first."""

    @abstractmethod
    async def remove(self, id: UUID) -> None:
        """Remove a webhook and its deliveries.

        Raises:
            WebhookNotFound: if there is none.
        """

    @abstractmethod
    async def enqueue(self, new: Sequence[NewDelivery]) -> int:
        """Record deliveries, due at once and one for each webhook and event; return the number of new ones.

        Deliveries to missing webhooks are left out.
        """

    @abstractmethod
    async def delivery(self, webhook_id: UUID, id: UUID) -> Delivery:
        """Return a delivery of a webhook by its own identifier or that of the event.

        Raises:
            DeliveryNotFound: if there is none.
        """

    @abstractmethod
    async def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> Sequence[Delivery]:
        """Return the deliveries of a webhook that are older than ``before``, newest first."""

    @abstractmethod
    async def claim(self, limit: int, *, at: datetime, lapse: timedelta) -> Sequence[tuple[Delivery, Webhook]]:
        """Claim deliveries that are due, oldest first; no other worker gets them within ``lapse``.

        Of a disabled webhook, only pings are claimed.
        """

    @abstractmethod
    async def record(self, delivery: Delivery, webhook: Webhook) -> None:
        """Store the state of a delivery and of its webhook; other workers may claim the delivery again."""

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Remove the deliveries that were recorded before a time, and return their number."""

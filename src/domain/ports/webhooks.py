"""The port `webhooks`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from domain.operations.webhooks import Delivery, NewDelivery, NewWebhook, Webhook


class Webhooks(Protocol):
    """Remembers webhooks and what is delivered to them. One call is one transaction.

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
        """Find a webhook.

        Raises:
            WebhookNotFound: if there is none.
        """

    @abstractmethod
    async def all(self) -> Sequence[Webhook]:
        """Return all webhooks, newest first."""

    @abstractmethod
    async def remove(self, id: UUID) -> None:
        """Forget a webhook and its deliveries.

        Raises:
            WebhookNotFound: if there is none.
        """

    @abstractmethod
    async def enqueue(self, new: Sequence[NewDelivery]) -> int:
        """Record deliveries, due at once; a webhook is told of one event once. Returns how many are new.

        Deliveries to a webhook that is not there are left out.
        """

    @abstractmethod
    async def delivery(self, webhook_id: UUID, id: UUID) -> Delivery:
        """Find a delivery of a webhook by its own identifier or that of the event.

        Raises:
            DeliveryNotFound: if there is none.
        """

    @abstractmethod
    async def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> Sequence[Delivery]:
        """Return the deliveries of a webhook, newest first; those older than the one with this identifier."""

    @abstractmethod
    async def claim(self, limit: int, *, at: datetime, lapse: timedelta) -> Sequence[tuple[Delivery, Webhook]]:
        """Take deliveries that are due, oldest first; nobody else gets them within ``lapse``.

        Of a webhook that is disabled, only pings.
        """

    @abstractmethod
    async def record(self, delivery: Delivery, webhook: Webhook) -> None:
        """Write down how far a delivery is, and whether its webhook fails or is disabled; others may take it again."""

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Forget the deliveries that were recorded before a time. Returns how many."""

"""Webhooks: who is called when something happens, and what became of each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

MOST_WEBHOOKS: Final = 20
"""That one owner may have."""
MOST_TRIES: Final = 12
"""Calls after which a delivery is given up: about three days with the usual backoff."""
MOST_ATTEMPTS_LOGGED: Final = 20
LONGEST_DELAY: Final = timedelta(hours=12)
DISABLED_AFTER: Final = timedelta(days=5)
"""A webhook whose receiver has refused everything for so long is called no more."""
KEPT_FOR: Final = timedelta(days=30)
"""How long deliveries stay in the log."""
_GROWTH: Final = 4
_GONE: Final = 410


class WebhookEvent(StrEnum):
    """What a receiver is told."""

    JOB_DONE = "job.done"
    JOB_FAILED = "job.failed"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"
    MODEL_REFUSED = "model.refused"
    ALARM_RAISED = "alarm.raised"
    PING = "ping"


SUBSCRIBABLE: Final = tuple(event for event in WebhookEvent if event is not WebhookEvent.PING)


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook that is not recorded yet.

    Args:
        url: of the receiver, see `webhook_urls`.
        events: that the receiver is told.
        owner: who made it, see `Caller`.
        sees_all: whether the owner may see what belongs to others, and alarms.
        secret: that calls are signed with: ``whsec_`` and 32 bytes in base64.
        created_at: when, in UTC; what happened before is not told.
    """

    url: str
    events: frozenset[WebhookEvent]
    owner: str
    sees_all: bool
    secret: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(NewWebhook):
    """A recorded webhook.

    Args:
        id: a UUIDv7.
        failing_since: of the first refusal after the last call that was taken; None if that was the last one.
        disabled_at: since when nothing but a ping is sent; None while all is.
    """

    id: UUID
    failing_since: datetime | None = None
    disabled_at: datetime | None = None

    def wants(self, occurrence: Occurrence) -> bool:
        """Return whether the receiver is told of this, and may be."""
        return (
            self.disabled_at is None
            and occurrence.event in self.events
            and occurrence.at >= self.created_at
            and (self.sees_all or occurrence.owner in (None, self.owner))
        )

    def after(self, attempt: Attempt) -> Webhook:
        """Return the webhook after a call: one that was taken enables it again, refusals for long disable it."""
        if attempt.is_taken:
            return replace(self, failing_since=None, disabled_at=None)
        since = self.failing_since or attempt.at
        too_long = attempt.status == _GONE or attempt.at - since >= DISABLED_AFTER
        return replace(self, failing_since=since, disabled_at=self.disabled_at or (attempt.at if too_long else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that happened, and is told.

    Args:
        id: the same for the same occurrence, whoever finds it, so that receivers recognise repetitions.
        event: what kind.
        at: when, in UTC.
        body: JSON after Standard Webhooks: ``type``, ``timestamp`` and ``data``.
        owner: whom it belongs to; None for what everybody may see.
    """

    id: UUID
    event: WebhookEvent
    at: datetime
    body: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a receiver.

    Args:
        at: when.
        status: that was answered; None if nothing was.
        error: why nothing was answered; empty if something was.
    """

    at: datetime
    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Return whether the receiver took the event."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004  # the class of success


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """An event on its way to a receiver, not recorded yet."""

    webhook_id: UUID
    event_id: UUID
    event: WebhookEvent
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(NewDelivery):
    """A recorded delivery.

    Args:
        id: a UUIDv7.
        due_at: when the receiver is called next.
        tries: calls since it was recorded, or replayed.
        attempts: the last calls, oldest first.
    """

    id: UUID
    due_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    attempts: Sequence[Attempt] = ()

    def after(self, attempt: Attempt, *, base: timedelta, jitter: float) -> Delivery:
        """Return the delivery after a call.

        Args:
            attempt: the call.
            base: how long is waited after the first refusal.
            jitter: share by which the wait is longer, so that receivers are not called by all at once.
        """
        tries = self.tries + 1
        state = DeliveryState.DELIVERED if attempt.is_taken else DeliveryState.WAITING
        if state is DeliveryState.WAITING and (tries >= MOST_TRIES or attempt.status == _GONE):
            state = DeliveryState.FAILED
        due_at = attempt.at + delay(tries, base=base) * (1 + jitter)
        attempts = (*self.attempts, attempt)[-MOST_ATTEMPTS_LOGGED:]
        return replace(self, state=state, tries=tries, attempts=attempts, due_at=due_at)

    def replayed(self, at: datetime) -> Delivery:
        """Return the delivery as it is to be made once more; the log of calls stays."""
        return replace(self, state=DeliveryState.WAITING, tries=0, due_at=at)


def delay(tries: int, *, base: timedelta) -> timedelta:
    """Return how long is waited after so many refusals: each wait is four times the one before, up to 12 hours.

    >>> [delay(tries, base=timedelta(seconds=5)).total_seconds() for tries in (1, 2, 3, 12)]
    [5.0, 20.0, 80.0, 43200.0]
    """
    return min(base * _GROWTH ** (tries - 1), LONGEST_DELAY)

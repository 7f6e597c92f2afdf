"""Webhooks: receivers that are called when something happens, and the deliveries to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

MOST_WEBHOOKS: Final = 20
"""Webhooks of one owner."""
MOST_TRIES: Final = 12
"""Calls after which a delivery is given up: about three days with the usual backoff."""
MOST_ATTEMPTS_LOGGED: Final = 20
LONGEST_DELAY: Final = timedelta(hours=12)
DISABLED_AFTER: Final = timedelta(days=5)
"""Time of refusals after which a webhook is disabled."""
RETENTION: Final = timedelta(days=30)
"""Time for which deliveries are kept."""
_GROWTH: Final = 4
_GONE: Final = 410


class WebhookEvent(StrEnum):
    """Kind of event that receivers are told of."""

    JOB_DONE = "job.done"
    JOB_FAILED = "job.failed"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"
    MODEL_REFUSED = "model.refused"
    ALARM_RAISED = "alarm.raised"
    PING = "ping"


SUBSCRIBABLE: Final = tuple(event for event in WebhookEvent if event is not WebhookEvent.PING)


class DeliveryState(StrEnum):
    """State of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook that is not recorded yet.

    Args:
        url: address of the receiver, see `webhook_urls`.
        events: kinds of event that are sent.
        owner: owner of the webhook, see `Caller`.
        sees_all: whether the owner may see the jobs of others, and alarms.
        secret: the key of the signatures: ``whsec_`` and 32 bytes in base64.
        created_at: time of its creation, in UTC; earlier events are not sent.
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
        failing_since: time of the first refusal since the last accepted call; None if that call was the last.
        disabled_at: time since which only pings are sent; None for an enabled webhook.
    """

    id: UUID
    failing_since: datetime | None = None
    disabled_at: datetime | None = None

    def wants(self, occurrence: Occurrence) -> bool:
        """Return whether an occurrence is sent to the receiver, who may see it."""
        return (
            self.disabled_at is None
            and occurrence.event in self.events
            and occurrence.at >= self.created_at
            and (self.sees_all or occurrence.owner in (None, self.owner))
        )

    def after(self, attempt: Attempt) -> Webhook:
        """Return the webhook after a call: an accepted one enables it again, lasting refusals disable it."""
        if attempt.is_taken:
            return replace(self, failing_since=None, disabled_at=None)
        since = self.failing_since or attempt.at
        too_long = attempt.status == _GONE or attempt.at - since >= DISABLED_AFTER
        return replace(self, failing_since=since, disabled_at=self.disabled_at or (attempt.at if too_long else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that happened, for receivers.

    Args:
        id: the same in every process that derives the occurrence, so that receivers recognise repetitions.
        event: the kind of the event.
        at: the time, in UTC.
        body: JSON after Standard Webhooks: ``type``, ``timestamp`` and ``data``.
        owner: owner of its subject; None for what everybody may see.
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
        at: time of the call, in UTC.
        status: HTTP status of the response; None without a response.
        error: the reason why there was no response; empty otherwise.
    """

    at: datetime
    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Return whether the receiver accepted the event."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004  # the class of success


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery that is not recorded yet.

    Args:
        webhook_id: identifier of the webhook.
        event_id: identifier of the occurrence, the same for all receivers.
        event: the kind of the event.
        body: body of the calls, see `Occurrence`.
        created_at: time of its creation, in UTC.
    """

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
        due_at: time of the next call, in UTC.
        state: the state of the delivery.
        tries: number of calls since it was recorded or replayed.
        attempts: the last calls, oldest first, at most `MOST_ATTEMPTS_LOGGED`.
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
            base: the wait after the first refusal; each further one is `_GROWTH` times as long.
            jitter: share by which the wait is longer, so that calls spread over time.
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

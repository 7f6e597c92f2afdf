"""Webhooks in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.tables import WEBHOOK_DELIVERIES, WEBHOOKS
from domain.errors import DeliveryNotFound, TooManyWebhooks, WebhookNotFound
from domain.operations.webhooks import MOST_WEBHOOKS, Attempt, Delivery, DeliveryState, Webhook, WebhookEvent
from domain.ports.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncEngine

    from domain.operations.webhooks import NewDelivery, NewWebhook

_HOOK: Final = WEBHOOKS.c
_COLUMN: Final = WEBHOOK_DELIVERIES.c


class PostgresWebhooks(Webhooks):
    """Hands out deliveries by ``FOR UPDATE SKIP LOCKED``: workers do not wait for each other."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewWebhook, *, id: UUID | None = None) -> Webhook:
        """Insert a webhook; those of one owner are inserted one after the other, so that the limit holds."""
        row = {
            **asdict(new),
            "id": id or UUID(bytes=uuid7().bytes),
            "events": sorted(event.value for event in new.events),
        }
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(new.owner, 7))))
                existing = (await connection.execute(select(WEBHOOKS).where(_HOOK.id == row["id"]))).mappings().first()
                if existing:
                    return _webhook(existing)
                count = select(func.count()).where(_HOOK.owner == new.owner)
                if (await connection.execute(count)).scalar_one() >= MOST_WEBHOOKS:
                    raise TooManyWebhooks(MOST_WEBHOOKS)
                added = await connection.execute(insert(WEBHOOKS).returning(WEBHOOKS), row)
                return _webhook(added.mappings().one())

    async def get(self, id: UUID) -> Webhook:
        """Return a webhook."""
        rows = await self._read(select(WEBHOOKS).where(_HOOK.id == id))
        if not rows:
            raise WebhookNotFound(id)
        return _webhook(rows[0])

    async def all(self) -> Sequence[Webhook]:
        """Return all webhooks, newest first."""
        return [_webhook(row) for row in await self._read(select(WEBHOOKS).order_by(_HOOK.id.desc()))]

    async def remove(self, id: UUID) -> None:
        """Delete a webhook, and by the foreign key its deliveries."""
        with translated():
            async with self._engine.begin() as connection:
                if not (await connection.execute(delete(WEBHOOKS).where(_HOOK.id == id))).rowcount:
                    raise WebhookNotFound(id)

    async def enqueue(self, new: Sequence[NewDelivery]) -> int:
        """Insert deliveries of events that the webhook has no delivery of yet."""
        if not new:
            return 0
        with translated():
            async with self._engine.begin() as connection:
                named = select(_HOOK.id).where(_HOOK.id.in_({new_delivery.webhook_id for new_delivery in new}))
                there = set((await connection.execute(named.with_for_update(key_share=True))).scalars())
                rows = [_row(new_delivery) for new_delivery in new if new_delivery.webhook_id in there]
                if not rows:
                    return 0
                added = insert(WEBHOOK_DELIVERIES).values(rows).on_conflict_do_nothing().returning(_COLUMN.id)
                return len((await connection.execute(added)).all())

    async def delivery(self, webhook_id: UUID, id: UUID) -> Delivery:
        """Return a delivery of a webhook."""
        which = and_(_COLUMN.webhook_id == webhook_id, or_(_COLUMN.id == id, _COLUMN.event_id == id))
        rows = await self._read(select(WEBHOOK_DELIVERIES).where(which))
        if not rows:
            raise DeliveryNotFound(id)
        return _delivery(rows[0])

    async def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> Sequence[Delivery]:
        """Return the deliveries of a webhook, from the end of an index."""
        statement = select(WEBHOOK_DELIVERIES).where(_COLUMN.webhook_id == webhook_id)
        if before is not None:
            statement = statement.where(_COLUMN.id < before)
        return [_delivery(row) for row in await self._read(statement.order_by(_COLUMN.id.desc()).limit(limit))]

    async def claim(self, limit: int, *, at: datetime, lapse: timedelta) -> Sequence[tuple[Delivery, Webhook]]:
        """Lock deliveries that no other worker has locked, and claim them."""
        free = or_(_COLUMN.claimed_until.is_(None), _COLUMN.claimed_until <= at)
        enabled = or_(_HOOK.disabled_at.is_(None), _COLUMN.event == WebhookEvent.PING.value)
        due = and_(_COLUMN.state == DeliveryState.WAITING.value, _COLUMN.due_at <= at, free, enabled)
        joined = select(_COLUMN.id).join(WEBHOOKS, _HOOK.id == _COLUMN.webhook_id).where(due)
        taken = joined.order_by(_COLUMN.due_at).limit(limit).with_for_update(skip_locked=True, of=WEBHOOK_DELIVERIES)
        with translated():
            async with self._engine.begin() as connection:
                ids = (await connection.execute(taken)).scalars().all()
                if not ids:
                    return []
                mine = update(WEBHOOK_DELIVERIES).where(_COLUMN.id.in_(ids)).values(claimed_until=at + lapse)
                rows = (await connection.execute(mine.returning(WEBHOOK_DELIVERIES))).mappings().all()
                hooks = select(WEBHOOKS).where(_HOOK.id.in_({row["webhook_id"] for row in rows}))
                webhooks = {row["id"]: _webhook(row) for row in (await connection.execute(hooks)).mappings()}
        claimed = sorted(map(_delivery, rows), key=lambda delivery: (delivery.due_at, delivery.id))
        return [(delivery, webhooks[delivery.webhook_id]) for delivery in claimed if delivery.webhook_id in webhooks]

    async def record(self, delivery: Delivery, webhook: Webhook) -> None:
        """Update the delivery and its webhook, unless they were removed meanwhile."""
        how = {
            "state": delivery.state.value,
            "tries": delivery.tries,
            "due_at": delivery.due_at,
            "attempts": [{**asdict(attempt), "at": attempt.at.isoformat()} for attempt in delivery.attempts],
            "claimed_until": None,
        }
        fails = {"failing_since": webhook.failing_since, "disabled_at": webhook.disabled_at}
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(update(WEBHOOKS).where(_HOOK.id == webhook.id).values(**fails))
                await connection.execute(update(WEBHOOK_DELIVERIES).where(_COLUMN.id == delivery.id).values(**how))

    async def forget(self, before: datetime) -> int:
        """Delete deliveries before a time."""
        with translated():
            async with self._engine.begin() as connection:
                old = delete(WEBHOOK_DELIVERIES).where(_COLUMN.created_at < before)
                return (await connection.execute(old)).rowcount

    async def _read(self, statement: Select[Any]) -> Sequence[Mapping[Any, Any]]:
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).mappings().all()


def _row(new: NewDelivery) -> dict[str, Any]:
    return {
        **asdict(new),
        "id": UUID(bytes=uuid7().bytes),
        "event": new.event.value,
        "state": DeliveryState.WAITING.value,
        "due_at": new.created_at,
        "attempts": [],
    }


def _webhook(row: Mapping[Any, Any]) -> Webhook:
    fields: dict[str, Any] = {name: row[name] for name in Webhook.__dataclass_fields__}
    fields["events"] = frozenset(map(WebhookEvent, row["events"]))
    return Webhook(**fields)


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    fields: dict[str, Any] = {name: row[name] for name in Delivery.__dataclass_fields__}
    fields |= {"event": WebhookEvent(row["event"]), "state": DeliveryState(row["state"])}
    fields["attempts"] = tuple(map(_attempt, row["attempts"]))
    return Delivery(**fields)


def _attempt(stored: Mapping[str, Any]) -> Attempt:
    fields: dict[str, Any] = {**stored, "at": datetime.fromisoformat(stored["at"])}
    return Attempt(**fields)

"""What every store of webhooks promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from adapters.memory.webhooks import MemoryWebhooks
from adapters.postgres.engine import connect
from adapters.postgres.webhooks import PostgresWebhooks
from domain.errors import DeliveryNotFound, TooManyWebhooks, WebhookNotFound
from domain.operations.webhooks import (
    MOST_WEBHOOKS,
    Attempt,
    DeliveryState,
    NewDelivery,
    NewWebhook,
    WebhookEvent,
)
from domain.ports.webhooks import Webhooks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW = NewWebhook(
    url="https://hooks.example.org/",
    events=frozenset({WebhookEvent.JOB_DONE, WebhookEvent.MODEL_PROMOTED}),
    owner="key:1",
    sees_all=False,
    secret="whsec_AAAA",
    created_at=NOON,
)


@pytest.fixture(params=["memory", "postgres"])
async def webhooks(request: pytest.FixtureRequest) -> AsyncIterator[Webhooks]:
    if request.param == "memory":
        yield MemoryWebhooks()
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresWebhooks(engine)
    await engine.dispose()


def event_for(webhook_id: UUID, *, event: WebhookEvent = WebhookEvent.JOB_DONE, at: datetime = NOON) -> NewDelivery:
    return NewDelivery(webhook_id=webhook_id, event_id=uuid4(), event=event, body='{"é": 1}', created_at=at)


async def claimed(webhooks: Webhooks, at: datetime = NOON, limit: int = 10):
    return await webhooks.claim(limit, at=at, lapse=MINUTE)


async def test_a_webhook_is_recorded_with_all_that_is_given_and_removed(webhooks: Webhooks) -> None:
    made = await webhooks.add(NEW)
    assert await webhooks.get(made.id) == made
    assert {name: getattr(made, name) for name in NewWebhook.__dataclass_fields__} == {
        name: getattr(NEW, name) for name in NewWebhook.__dataclass_fields__
    }
    later = await webhooks.add(NEW)
    assert list(await webhooks.all()) == [later, made]
    await webhooks.remove(made.id)
    assert list(await webhooks.all()) == [later]
    for gone in (webhooks.get(made.id), webhooks.remove(made.id)):
        with pytest.raises(WebhookNotFound):
            await gone


async def test_a_webhook_under_an_identifier_is_added_once(webhooks: Webhooks) -> None:
    id = uuid4()
    made = await webhooks.add(NEW, id=id)
    assert await webhooks.add(replace(NEW, secret="whsec_BBBB"), id=id) == made
    assert len(await webhooks.all()) == 1


async def test_an_owner_has_no_more_webhooks_than_the_most(webhooks: Webhooks) -> None:
    outcomes = await asyncio.gather(
        *(webhooks.add(NEW) for _ in range(MOST_WEBHOOKS + 2)), return_exceptions=True
    )  # fmt: skip
    assert sum(isinstance(outcome, TooManyWebhooks) for outcome in outcomes) == 2
    await webhooks.add(replace(NEW, owner="key:2"))


async def test_an_event_is_put_into_an_outbox_once(webhooks: Webhooks) -> None:
    first, other = await webhooks.add(NEW), await webhooks.add(NEW)
    new = event_for(first.id)
    twins = await asyncio.gather(*(webhooks.enqueue([new]) for _ in range(4)))
    assert sum(twins) == 1
    assert await webhooks.enqueue([new, replace(new, webhook_id=other.id), event_for(uuid4())]) == 1
    assert await webhooks.enqueue([]) == 0
    delivery = await webhooks.delivery(first.id, new.event_id)
    assert await webhooks.delivery(first.id, delivery.id) == delivery
    assert (delivery.event, delivery.body, delivery.due_at, delivery.state) == (
        WebhookEvent.JOB_DONE, '{"é": 1}', NOON, DeliveryState.WAITING
    )  # fmt: skip
    with pytest.raises(DeliveryNotFound):
        await webhooks.delivery(other.id, delivery.id)


async def test_what_is_due_is_taken_by_one_worker_until_it_is_recorded_or_lapses(webhooks: Webhooks) -> None:
    webhook = await webhooks.add(NEW)
    await webhooks.enqueue([event_for(webhook.id), event_for(webhook.id, at=NOON + MINUTE)])
    ((first, belongs_to),) = await claimed(webhooks)
    assert belongs_to == webhook
    assert await claimed(webhooks) == []
    second, again = [pair[0] for pair in await claimed(webhooks, NOON + MINUTE)][::-1]
    assert (again.id, second.created_at) == (first.id, NOON + MINUTE)
    waits = first.after(Attempt(NOON, 500), base=5 * MINUTE, jitter=0.0)
    await webhooks.record(waits, webhook.after(Attempt(NOON, 500)))
    assert await webhooks.delivery(webhook.id, first.id) == waits
    assert (await webhooks.get(webhook.id)).failing_since == NOON
    assert await claimed(webhooks, NOON + MINUTE) == []
    assert [pair[0] for pair in await claimed(webhooks, NOON + 5 * MINUTE)] == [second, waits]


async def test_workers_that_ask_at_once_get_different_deliveries(webhooks: Webhooks) -> None:
    webhook = await webhooks.add(NEW)
    await webhooks.enqueue([event_for(webhook.id) for _ in range(12)])
    taken = await asyncio.gather(*(claimed(webhooks, limit=2) for _ in range(6)))
    ids = [due.id for pairs in taken for due, _ in pairs]
    while more := await claimed(webhooks):
        ids += [due.id for due, _ in more]
    assert len(ids) == len(set(ids)) == 12


async def test_to_a_disabled_webhook_goes_nothing_but_a_ping(webhooks: Webhooks) -> None:
    webhook = await webhooks.add(NEW)
    await webhooks.enqueue([event_for(webhook.id), event_for(webhook.id)])
    (first, _), _ = await claimed(webhooks)
    gone = Attempt(NOON, 410)
    await webhooks.record(first.after(gone, base=MINUTE, jitter=0.0), webhook.after(gone))
    assert (await webhooks.delivery(webhook.id, first.id)).state is DeliveryState.FAILED
    disabled = await webhooks.get(webhook.id)
    assert disabled.disabled_at == NOON
    assert await claimed(webhooks, NOON + 2 * MINUTE) == []
    ping = event_for(webhook.id, event=WebhookEvent.PING)
    await webhooks.enqueue([ping])
    ((sent, _),) = await claimed(webhooks, NOON + 2 * MINUTE)
    assert sent.event_id == ping.event_id
    taken = Attempt(NOON + 2 * MINUTE, 204)
    await webhooks.record(sent.after(taken, base=MINUTE, jitter=0.0), disabled.after(taken))
    assert len(await claimed(webhooks, NOON + 2 * MINUTE)) == 1


async def test_the_log_goes_by_pages_newest_first_and_is_forgotten(webhooks: Webhooks) -> None:
    webhook, other = await webhooks.add(NEW), await webhooks.add(NEW)
    for minute in range(3):
        await webhooks.enqueue([event_for(webhook.id, at=NOON + minute * MINUTE)])
    await webhooks.enqueue([event_for(other.id)])
    page = await webhooks.deliveries(webhook.id, limit=2)
    assert [listed.created_at for listed in page] == [NOON + 2 * MINUTE, NOON + MINUTE]
    rest = await webhooks.deliveries(webhook.id, limit=2, before=page[-1].id)
    assert [listed.created_at for listed in rest] == [NOON]
    assert await webhooks.forget(NOON + MINUTE) == 2
    assert len(await webhooks.deliveries(webhook.id, limit=9)) == 2


async def test_what_is_removed_meanwhile_stays_away(webhooks: Webhooks) -> None:
    webhook = await webhooks.add(NEW)
    await webhooks.enqueue([event_for(webhook.id)])
    ((delivery, _),) = await claimed(webhooks)
    await webhooks.remove(webhook.id)
    await webhooks.record(delivery, webhook)
    assert await webhooks.deliveries(webhook.id, limit=9) == []

"""Routes of webhooks."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, QueryParameter, RawBody

from application.operations.manage_webhooks import ManageWebhooks
from entrypoints.http.auth import access
from entrypoints.http.codecs import decoding
from entrypoints.http.codecs.webhooks import webhook
from entrypoints.http.idempotency import idempotency
from entrypoints.http.locations import next_page, place
from entrypoints.http.paging import Cursor
from entrypoints.http.schemas.webhooks import DeliveriesOut, DeliveryOut, WebhookOut, WebhooksOut

TAGS: Final = ["webhooks"]


@post("/webhooks", operation_id="create_webhook", tags=TAGS, summary="Create a webhook")
@inject
async def create_webhook(request: Request, body: RawBody, manage: FromDishka[ManageWebhooks]) -> Response[WebhookOut]:
    """Create a webhook; calls are signed by Standard Webhooks with the returned `secret`, which is not shown again.

    Clients get events of their own jobs and of all models; `alarm.raised` needs a reviewer's or an admin's key.
    """
    decoding.media_type(request, [decoding.JSON])
    url, events = webhook(body)
    once = idempotency(request, body, operation="create_webhook")
    made = await manage.add(url, events, access.caller(request), once=once)
    headers = {"Location": place(request, f"/webhooks/{made.id}")}
    return Response(WebhookOut.of(made, secret=True), status_code=201, headers=headers)


@get("/webhooks", operation_id="list_webhooks", tags=TAGS, summary="List webhooks, newest first")
@inject
async def list_webhooks(request: Request, manage: FromDishka[ManageWebhooks]) -> WebhooksOut:
    """List webhooks: clients see their own webhooks; reviewers and admins see all."""
    return WebhooksOut([WebhookOut.of(webhook) for webhook in await manage.all(access.caller(request))])


@get("/webhooks/{id:uuid}", operation_id="get_webhook", tags=TAGS, summary="Get a webhook")
@inject
async def get_webhook(request: Request, id: FromPath[UUID], manage: FromDishka[ManageWebhooks]) -> WebhookOut:
    """Return a webhook, with `failing_since` and `disabled_at` if its receiver fails; 404 for another client's."""
    return WebhookOut.of(await manage.get(id, access.caller(request)))


@delete("/webhooks/{id:uuid}", operation_id="delete_webhook", tags=TAGS, summary="Delete a webhook")
@inject
async def delete_webhook(request: Request, id: FromPath[UUID], manage: FromDishka[ManageWebhooks]) -> None:
    """Delete a webhook and its deliveries, also pending ones; if keys are required, its owner's or an admin's key."""
    await manage.remove(id, access.caller(request))


@post(
    "/webhooks/{id:uuid}/ping",
    operation_id="ping_webhook",
    tags=TAGS,
    status_code=202,
    summary="Send a test event",
)
@inject
async def ping_webhook(
    request: Request, id: FromPath[UUID], manage: FromDishka[ManageWebhooks]
) -> Response[DeliveryOut]:
    """Send a test event; a disabled webhook is enabled again if its receiver accepts the event."""
    once = idempotency(request, b"", operation=f"ping_webhook {id}")
    ping = await manage.ping(id, access.caller(request), once=once)
    return Response(DeliveryOut.of(ping), status_code=202)


@get(
    "/webhooks/{id:uuid}/deliveries",
    operation_id="list_deliveries",
    tags=TAGS,
    summary="List the deliveries of a webhook, newest first",
)
@inject
async def list_deliveries(
    request: Request,
    id: FromPath[UUID],
    manage: FromDishka[ManageWebhooks],
    limit: Annotated[int, QueryParameter(ge=1, le=200, description="How many at most")] = 50,
    cursor: Cursor = None,
) -> Response[DeliveriesOut]:
    """List the deliveries of the last thirty days, each with its calls and the receiver's responses.

    Follow `next`, or the `Link` header, until `next` is null.
    """
    page = await manage.deliveries(id, access.caller(request), limit=limit, before=cursor)
    following = page[-1].id if len(page) == limit else None
    path, parameters = f"/webhooks/{id}/deliveries", {"limit": limit, "cursor": following}
    headers = next_page(request, path, parameters) if following else {}
    return Response(DeliveriesOut.of(page, following), headers=headers)


@post(
    "/webhooks/{id:uuid}/deliveries/{delivery:uuid}/replay",
    operation_id="replay_delivery",
    tags=TAGS,
    status_code=202,
    summary="Send a delivery again",
)
@inject
async def replay_delivery(
    request: Request, id: FromPath[UUID], delivery: FromPath[UUID], manage: FromDishka[ManageWebhooks]
) -> Response[DeliveryOut]:
    """Send an event again with the same `webhook-id`, so that a receiver can ignore an event that it has already."""
    return Response(DeliveryOut.of(await manage.replay(id, delivery, access.caller(request))), status_code=202)


HANDLERS: Final = (
    create_webhook,
    list_webhooks,
    get_webhook,
    delete_webhook,
    ping_webhook,
    list_deliveries,
    replay_delivery,
)

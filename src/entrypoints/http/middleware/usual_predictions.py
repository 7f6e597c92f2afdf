"""The fast path for the most frequent request for a prediction."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import Request

from application.costs.predict_cost import PredictCost
from entrypoints.http.auth import access
from entrypoints.http.codecs.decoding import JSON
from entrypoints.http.locations import place
from entrypoints.http.schemas.predictions import PredictionOut
from entrypoints.http.shared import CONTAINER, shared_of

if TYPE_CHECKING:
    from litestar.types import (
        ASGIApp,
        HTTPReceiveMessage,
        HTTPScope,
        Receive,
        Scope,
        Send,
        WebSocketReceiveMessage,
    )

    from domain.people.beneficiary import Beneficiary
    from entrypoints.http.shared import Shared

_JSON: Final = frozenset({b"application/json", b"application/json; charset=utf-8"})
_LENGTH: Final = re.compile(rb"\d{1,9}")
_UNUSUAL: Final = frozenset({b"idempotency-key", b"content-encoding", b"transfer-encoding"})


class UsualPredictions:
    """ASGI middleware around the handler of predictions, which answers the usual request in the same way.

    The usual request is a valid person in JSON, in a body that arrives in one part, without further options. Such a
    request passes the handler's own guards and use case, but skips Litestar's handling of arguments and responses,
    which takes two thirds of the time. All other requests, with their body, are left to the handler.

    Args:
        app: the handler of predictions.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _has_usual_head(scope, shared := shared_of(scope)):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        await request.route_handler.authorize_connection(request)
        message = await receive()
        if (person := _person(message, shared)) is None:
            await self._app(scope, _again(message, receive), send)
            return
        predict_cost = await scope["state"][CONTAINER].get(PredictCost)
        made = await predict_cost(person, owner=access.caller(request).owner)
        shared.metrics.predicted(made.model)
        body = msgspec.json.encode(PredictionOut.of(made, await shared.about(made.model)))
        headers = [
            (b"content-type", JSON.encode()),
            (b"location", place(request, f"/predictions/{made.id}").encode("latin-1")),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _has_usual_head(scope: HTTPScope, shared: Shared) -> bool:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    return bool(
        not scope["query_string"]
        and headers.get(b"content-type") in _JSON
        and len(headers) == len(list(scope["headers"]))  # no duplicate headers
        and _UNUSUAL.isdisjoint(headers)
        and _LENGTH.fullmatch(length)
        and int(length) <= shared.options.body_limit
    )


def _person(message: HTTPReceiveMessage | WebSocketReceiveMessage, shared: Shared) -> Beneficiary | None:
    if message["type"] != "http.request" or message.get("more_body"):
        return None
    begun = time.perf_counter()
    body = message.get("body", b"")
    person = shared.people.fast(body) if len(body) <= shared.options.body_limit else None
    if person is not None:
        shared.metrics.decoded(time.perf_counter() - begun)
    return person


def _again(message: HTTPReceiveMessage | WebSocketReceiveMessage, receive: Receive) -> Receive:
    """Return a receive callable that repeats a received message before the following ones."""
    given = False

    async def receive_again() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal given
        if given:
            return await receive()
        given = True
        return message

    return receive_again

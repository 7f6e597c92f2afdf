"""The fast path for the most frequent request for a prediction."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import Request

from entrypoints.http.auth import access
from entrypoints.http.codecs.decoding import JSON
from entrypoints.http.locations import PREFIX, place_in
from entrypoints.http.routes.predictions import predict
from entrypoints.http.schemas.predictions import PredictionOut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from litestar.types import (
        ASGIApp,
        HTTPReceiveMessage,
        Receive,
        Scope,
        Send,
        WebSocketReceiveMessage,
    )

    from application.costs.predict_cost import PredictCost
    from domain.people.beneficiary import Beneficiary
    from entrypoints.http.shared import Shared

_PATH: Final = f"{PREFIX}/predictions"
_JSON: Final = frozenset({b"application/json", b"application/json; charset=utf-8"})
_LENGTH: Final = re.compile(rb"\d{1,9}")
_HOST: Final = re.compile(rb"[\w.:\[\]-]*")
_UNUSUAL: Final = frozenset({b"idempotency-key", b"content-encoding", b"transfer-encoding", b"origin"})
_FAILURE: Final = "medcost.failure"
"""Key of the state of a scope that holds the error of a usual request."""


class UsualPredictions:
    """ASGI middleware around Litestar, which answers the usual request for a prediction as the handler does.

    The usual request is a valid person in JSON, in a body that arrives in one part, without further options. Such a
    request passes the handler's own guards and use case, but skips Litestar's routing and its handling of arguments
    and responses, which take longer than both. All other requests, with their body, are left to Litestar; so are
    errors, which `raising_failures` raises again inside of it.

    Args:
        app: Litestar's router with its handling of errors.
        shared: the process's shared objects.
        use_case: factory of the use case.
        guards: the guards of the handler.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        shared: Shared,
        use_case: Callable[[], Awaitable[PredictCost]],
        guards: Sequence[access.RequireKey] = (),
    ) -> None:
        self._app, self._shared, self._use_case, self._guards = app, shared, use_case, guards
        self._predict_cost: PredictCost | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not self._has_usual_head(scope):
            await self._app(scope, receive, send)
            return
        scope["path_template"], scope["route_handler"] = _PATH, predict
        message = answer = None
        try:
            for guard in self._guards:
                await guard(Request(scope), predict)
            message = await receive()
            if person := self._person(message):
                answer = await self._answer(scope, person)
        except Exception as failure:  # noqa: BLE001  # whatever it is: `raising_failures` raises it again, where Litestar answers it
            scope.setdefault("state", {})[_FAILURE] = failure
        if answer is None:
            await self._app(scope, _again(message, receive) if message else receive, send)
            return
        location, body = answer
        headers = [
            (b"content-type", JSON.encode()),
            (b"location", location.encode("latin-1")),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _answer(self, scope: Scope, person: Beneficiary) -> tuple[str, bytes]:
        """Return location and body of the answer."""
        predict_cost = self._predict_cost = self._predict_cost or await self._use_case()
        made = await predict_cost(person, owner=access.caller_in(scope).owner)
        self._shared.metrics.predicted(made.model)
        body = msgspec.json.encode(PredictionOut.of(made, await self._shared.about(made.model)))
        return place_in(scope, f"/predictions/{made.id}"), body

    def _has_usual_head(self, scope: Scope) -> bool:
        # pyrefly: ignore[bad-typed-dict-key]  # it is of HTTP: Litestar types `type` as an enum, and not as the text
        if scope["path"] != _PATH or scope["method"] != "POST" or scope["query_string"]:
            return False
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        return bool(
            headers.get(b"content-type") in _JSON
            and len(headers) == len(list(scope["headers"]))  # no duplicate headers
            and _UNUSUAL.isdisjoint(headers)
            and _HOST.fullmatch(headers.get(b"host", b""))
            and _LENGTH.fullmatch(length)
            and int(length) <= self._shared.options.body_limit
        )

    def _person(self, message: HTTPReceiveMessage | WebSocketReceiveMessage) -> Beneficiary | None:
        if message["type"] != "http.request" or message.get("more_body"):
            return None
        begun = time.perf_counter()
        body = message.get("body", b"")
        person = self._shared.people.fast(body) if len(body) <= self._shared.options.body_limit else None
        if person is not None:
            self._shared.metrics.decoded(time.perf_counter() - begun)
        return person


def raising_failures(app: ASGIApp) -> ASGIApp:
    """Return a handler that raises the error of a usual request where Litestar answers it."""

    async def raise_failure(scope: Scope, receive: Receive, send: Send) -> None:
        if failure := scope.get("state", {}).get(_FAILURE):
            raise failure
        await app(scope, receive, send)

    return raise_failure


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

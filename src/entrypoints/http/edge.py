"""The outermost layer: request identifiers, the names under which we answer, metrics and the access log."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec
import structlog

from entrypoints.http.errors import PROBLEM_JSON, Malformed, problem
from entrypoints.http.limits import site, too_often

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import (
        ASGIApp,
        HTTPReceiveMessage,
        HTTPScope,
        Message,
        Receive,
        Scope,
        Send,
        WebSocketReceiveMessage,
    )

    from entrypoints.http.metrics import Metrics
    from entrypoints.http.options import ApiOptions

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Edge:
    """An ASGI layer around the whole application, so that also what no route answers is seen here.

    Each answer carries ``X-Request-ID``: the caller's if it is harmless, else a new one. A page of another site must
    not reach us through somebody's browser: whom to refuse is told by the options.
    """

    app: ASGIApp
    options: ApiOptions
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _identifier(dict(scope["headers"]).get(b"x-request-id", b""))
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            try:
                if refusal := self.options.refusal(scope["headers"]):
                    await _refuse(*refusal, scope["path"], answer)
                elif wait := self._too_early(scope):
                    detail, headers = too_often(wait)
                    await _refuse(429, detail, scope["path"], answer, headers)
                else:
                    await self.app(scope, _whole(receive), answer)
            finally:
                seconds = time.perf_counter() - started
                method = scope["method"] if scope["method"] in _METHODS else "other"
                # no template, no route: the paths that strangers try must not become labels
                route = scope.get("path_template") or "none"
                self.metrics.answered(method, route, status, seconds)
                structlog.get_logger().debug(
                    "answered", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 2)
                )

    def _too_early(self, scope: HTTPScope) -> float:
        limit, client = self.options.address_limit, scope.get("client")
        return limit.spend(site(client[0])) if limit and client else 0


def _whole(receive: Receive) -> Receive:
    """Say that a body which ends with the connection is malformed; Litestar would call it our failure."""
    whole = False

    async def receive_whole() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal whole
        message = await receive()
        if message["type"] == "http.request":
            whole = not message.get("more_body", False)
        elif message["type"] == "http.disconnect" and not whole:
            structlog.get_logger().debug("client_hung_up")
            detail = "the connection ended before the body did"
            raise Malformed(detail)
        return message

    return receive_whole


def _identifier(given: bytes) -> bytes:
    return given if _REQUEST_ID.fullmatch(given) else str(uuid4()).encode()


async def _refuse(
    status: int, detail: str, path: str, send: Send, more: Mapping[str, str] = MappingProxyType({})
) -> None:
    body = msgspec.json.encode(problem(status, detail, path=path))
    headers = {"content-type": PROBLEM_JSON, "content-length": str(len(body)), **more}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})

"""The outermost layer: request identifiers, the names under which we answer, metrics and the access log."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec
import structlog

from domain.access.addresses import subscriber
from entrypoints.http.errors import ERROR, PROBLEM_JSON, Malformed, TooSlow, problem
from entrypoints.http.middleware.limits import too_often

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
_ERRORS: Final = 400
_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_ALWAYS_BY_HTTPS: Final = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000"))
_UNLESS_SAID: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


@dataclass(frozen=True, slots=True)
class Edge:
    """An ASGI layer around the whole application, so that also what no route answers is seen here.

    Each answer carries ``X-Request-ID``: the caller's if it is harmless, else a new one; and comes in time. A page of
    another site must not reach us through somebody's browser: whom to refuse is told by the options.
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
        started, status, answered = time.perf_counter(), 500, False

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                message["headers"] = [*_protected(message["headers"]), (b"x-request-id", request_id), *self._always]
                if self.options.leaving():  # whoever asks next had better connect anew, to somebody who stays
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        # for the logs; the server gives each request a context of its own
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        try:
            if refusal := self.options.refusal(scope["headers"]):
                await refuse(*refusal, scope["path"], answer)
            elif wait := self._too_early(scope):
                detail, headers = too_often(wait)
                await refuse(429, detail, scope["path"], answer, headers)
            else:
                async with asyncio.timeout(self.options.deadline) as deadline:
                    await self.app(scope, _whole(receive, self.options.body_deadline), answer)
        except TimeoutError:
            if answered or not deadline.expired():
                raise
            detail = f"there was no answer within {self.options.deadline:g} s"
            await refuse(503, detail, scope["path"], answer, {"Retry-After": "1"})
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            # no template, no route: the paths that strangers try must not become labels
            route = scope.get("path_template") or "none"
            self.metrics.answered(method, route, status, seconds)
            if status >= _ERRORS:
                self.metrics.failed(scope.get(ERROR, "Refused"))
            structlog.get_logger().debug(
                "answered", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 2)
            )

    def _too_early(self, scope: HTTPScope) -> float:
        limit, client = self.options.address_limit, scope.get("client")
        return limit.spend(subscriber(client[0])) if limit and client else 0

    @property
    def _always(self) -> Sequence[tuple[bytes, bytes]]:
        return _ALWAYS_BY_HTTPS if self.options.https else _ALWAYS


def _protected(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Forbid to keep an answer, and to run anything in it, where its handler says nothing else."""
    given = list(headers)
    names = {name for name, _ in given}
    return given + [one for one in _UNLESS_SAID if one[0] not in names]


def _whole(receive: Receive, within: float) -> Receive:
    """Say that a body which ends with the connection, or never, is malformed; Litestar would call it our failure."""
    whole = False
    until = asyncio.get_running_loop().time() + within

    async def receive_whole() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            detail = f"the body did not come within {within:g} s"
            raise TooSlow(detail, headers={"Connection": "close"}) from None
        if message["type"] == "http.request":
            whole = not message.get("more_body", False)
        elif message["type"] == "http.disconnect":
            structlog.get_logger().debug("client_hung_up")
            detail = "the connection ended before the body did"
            raise Malformed(detail)
        return message

    return receive_whole


def _identifier(given: bytes) -> bytes:
    return given if _REQUEST_ID.fullmatch(given) else str(uuid4()).encode()


async def refuse(
    status: int, detail: str, path: str, send: Send, more: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Answer by a problem, without the application."""
    body = msgspec.json.encode(problem(status, detail, path=path))
    headers = {"content-type": PROBLEM_JSON, "content-length": str(len(body)), **more}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})

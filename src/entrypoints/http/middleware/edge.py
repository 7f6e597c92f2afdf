"""The outermost middleware: request identifiers, host checks, deadlines, metrics and the access log."""

from __future__ import annotations

import re
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from uuid_utils import uuid4

from adapters.common.deadlines import Deadlines
from domain.access.addresses import subscriber
from entrypoints.hosting.bodies import WHOLE
from entrypoints.hosting.request_ids import REQUEST_ID
from entrypoints.http.deprecation import OPT as DEPRECATION
from entrypoints.http.errors import ERROR, PROBLEM_JSON, Malformed, TooSlow, problem
from entrypoints.http.middleware.limits import ADDRESS, QUOTAS, quota_headers, spend, too_often

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from litestar.types import (
        ASGIApp,
        HTTPReceiveMessage,
        Message,
        Receive,
        Scope,
        Send,
        WebSocketReceiveMessage,
    )

    from adapters.common.deadlines import Deadline
    from entrypoints.http.metrics import Metrics
    from entrypoints.http.options import ApiOptions

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ERRORS: Final = 400
SLOWEST: Final = 64 * 1024
"""Bytes a second: a body that is transferred faster than this may exceed the deadline."""
_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_ALWAYS_BY_HTTPS: Final = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000"))
_DEFAULT_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Edge:
    """ASGI middleware around the whole application, which also handles requests without a route.

    Each response arrives within the deadline and has an ``X-Request-ID``: the caller's if it is well-formed, otherwise
    a new one. Requests that a page of another site sends by a user's browser are refused as the options say.
    """

    def __init__(self, app: ASGIApp, options: ApiOptions, metrics: Metrics) -> None:
        self._app, self._options, self._metrics = app, options, metrics
        self._answers, self._bodies = Deadlines(options.deadline), Deadlines(options.body_deadline)
        self._always: Sequence[tuple[bytes, bytes]] = _ALWAYS_BY_HTTPS if options.https else _ALWAYS
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _identifier(dict(scope["headers"]).get(b"x-request-id", b""))
        started, status, answered = time.perf_counter(), 500, False

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                message["headers"] = self._completed(message["headers"], request_id, scope)
            await send(message)
            deadline.extend(_time_for(message))  # a client that reads a long response fast enough gets all of it

        REQUEST_ID.set(request_id.decode())
        deadline = self._answers.begin()
        body = None if WHOLE in scope else _Body(receive, self._bodies, deadline)
        try:
            if refusal := self._options.refusal(scope["headers"]):
                await refuse(*refusal, scope["path"], answer)
            elif wait := self._too_early(scope):
                detail, headers = too_often(wait)
                await refuse(429, detail, scope["path"], answer, headers)
            else:
                with deadline:
                    await self._app(scope, body.receive if body else _whole(receive), answer)
        except TimeoutError:
            if answered or not deadline.passed:
                raise
            detail = f"there was no answer within {self._options.deadline:g} s"
            await refuse(503, detail, scope["path"], answer, {"Retry-After": "1"})
        finally:
            deadline.end()
            if body:
                body.end()
            seconds = time.perf_counter() - started
            # pyrefly: ignore[bad-typed-dict-key]  # it is of HTTP: Litestar types `type` as an enum, and not as the text
            method = scope["method"] if scope["method"] in _METHODS else "other"
            # paths without a route must not become labels: callers could create any number of them
            route = scope.get("path_template") or "none"
            self._metrics.answered(method, route, status, seconds)
            if status >= _ERRORS:
                kind: Any = scope.get(ERROR, "Refused")
                self._metrics.failed(kind)
            self._log.debug("answered", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 2))

    def _completed(
        self, given: Iterable[tuple[bytes, bytes]], request_id: bytes, scope: Scope
    ) -> list[tuple[bytes, bytes]]:
        """Add the headers of each answer, among them those against caching and scripts if the handler set none."""
        headers = [*given, *self._always, (b"x-request-id", request_id)]
        names = {name for name, _ in headers}
        headers += [header for header in _DEFAULT_HEADERS if header[0] not in names]
        quotas: Any = scope.get(QUOTAS)
        if quotas:
            headers += quota_headers(quotas)
        if (handler := scope.get("route_handler")) and (deprecation := handler.opt.get(DEPRECATION)):
            headers += deprecation.headers
        if self._options.leaving():  # the next request of this client should open a connection to a process that stays
            headers.append((b"connection", b"close"))
        return headers

    def _too_early(self, scope: Scope) -> float:
        limit, client = self._options.address_limit, scope.get("client")
        return spend(scope, ADDRESS, limit, subscriber(client[0])) if limit and client else 0


class _Body:
    """A request body; one that ends with the connection, or too late, is malformed and no internal error."""

    def __init__(self, receive: Receive, deadlines: Deadlines, answer: Deadline) -> None:
        self._receive, self._within, self._answer = receive, deadlines.seconds, answer
        self._deadline = deadlines.begin()
        self._whole = False

    async def receive(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        """Return the next part of the body."""
        if self._whole:
            return await self._receive()
        try:
            with self._deadline:
                message = await self._receive()
        except TimeoutError:
            detail = f"the body did not come within {self._within:g} s"
            raise TooSlow(detail, headers={"Connection": "close"}) from None
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            if not self._whole:
                for deadline in (self._deadline, self._answer):
                    deadline.extend(_time_for(message))
        return _no_end(message)

    def end(self) -> None:
        """Stop waiting for further parts."""
        self._deadline.end()


def _whole(receive: Receive) -> Receive:
    """Return what receives a body that has arrived: its first message may still be the end of the connection."""
    first = True

    async def receive_whole() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal first
        if not first:
            return await receive()
        first = False
        return _no_end(await receive())

    return receive_whole


def _no_end(message: HTTPReceiveMessage | WebSocketReceiveMessage) -> HTTPReceiveMessage | WebSocketReceiveMessage:
    """Return a part of a body.

    Raises:
        Malformed: if it is the end of the connection.
    """
    if message["type"] == "http.disconnect":
        structlog.get_logger().debug("client_hung_up")
        detail = "the connection ended before the body did"
        raise Malformed(detail)
    return message


def _time_for(message: Message | HTTPReceiveMessage) -> float:
    """Return the seconds that the transfer of a piece of a body may take."""
    return len(cast("bytes", message.get("body", b""))) / SLOWEST


def _identifier(given: bytes) -> bytes:
    return given if _REQUEST_ID.fullmatch(given) else str(uuid4()).encode()


async def refuse(
    status: int, detail: str, path: str, send: Send, more: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Answer with a problem, without calling the application."""
    body = msgspec.json.encode(problem(status, detail, path=path))
    headers = {"content-type": PROBLEM_JSON, "content-length": str(len(body)), **more}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})

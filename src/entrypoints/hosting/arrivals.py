"""Limits on the time and number of request bodies, for all applications of the web process."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from starlette.requests import ClientDisconnect

from adapters.common.deadlines import Deadlines
from domain.access.addresses import subscriber
from entrypoints.hosting.bodies import WHOLE
from entrypoints.hosting.shares import Shares
from entrypoints.http.middleware.edge import SLOWEST, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from adapters.common.deadlines import Deadline

_GRACE: Final = 1.0
"""Seconds beyond the deadline within which the API may answer with its own error."""
_BODIES_EACH: Final = 64
"""Most bodies of one subscriber in transit."""
_BODIES: Final = 1024
"""Most bodies of all subscribers in transit."""
_SOCKETS_EACH: Final = 512
"""Most open websockets (pages) of one subscriber."""
_SOCKETS: Final = 8192
"""Most open websockets (pages) of all subscribers."""


class Arrivals:
    """Answers 408 to a body that does not arrive in time, or that has to make room for newer bodies.

    A client that disconnects is no failure: a line is logged at debug level only.

    Args:
        app: application that receives the requests.
        within: seconds in which a body must arrive; large bodies have more time, at 64 KB a second.
        bodies_each: most bodies of one subscriber in transit.
        sockets_each: most open websockets of one subscriber.
    """

    def __init__(
        self, app: ASGIApp, *, within: float, bodies_each: int = _BODIES_EACH, sockets_each: int = _SOCKETS_EACH
    ) -> None:
        self._app, self._sockets_each = app, sockets_each
        self._deadlines = Deadlines(within + _GRACE)
        self._bodies = Shares(each=bodies_each, total=_BODIES)
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        try:
            if scope["type"] == "websocket":
                await self._open(_client(scope), scope, receive, send)
            elif scope["type"] == "http" and _has_to_come(scope):
                await self._take_in(scope, receive, send)
            else:
                await self._app(scope, receive, send)
        except ClientDisconnect:
            structlog.get_logger().debug("client_hung_up", path=scope["path"])

    async def _take_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = _Arrival(scope, receive, send, self._deadlines.begin())
        self._bodies.enter(arrival, _client(scope), arrival.deadline.hurry)
        arrival.on_whole = lambda: self._bodies.leave(arrival)
        try:
            await self._app(scope, arrival.receive, arrival.send)
        finally:
            arrival.deadline.end()
            self._bodies.leave(arrival)

    async def _open(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        if self._sockets[client] >= self._sockets_each or self._sockets.total() >= _SOCKETS:
            await receive()
            await send({"type": "websocket.close", "code": 1013})
            return
        self._sockets[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets[client] -= 1
            if not self._sockets[client]:
                del self._sockets[client]


class _Arrival:
    """A request whose body is in transit."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, deadline: Deadline) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.deadline = deadline
        self._whole = self._late = self._answered = False
        self.on_whole = lambda: None

    async def receive(self) -> Message:
        """Return the next part of the body."""
        if self._whole:
            return await self._receive()
        try:
            with self.deadline:
                message = await self._receive()
        except TimeoutError:
            await self._refuse()
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            if self._whole:
                self.on_whole()
            else:
                self.deadline.extend(len(message.get("body", b"")) / SLOWEST)
        return message

    async def send(self, message: Message) -> None:
        """Pass a response on, unless the request was answered with 408."""
        self._answered = True
        if not self._late:
            await self._send(message)

    async def _refuse(self) -> None:
        late, self._late = self._late, True
        if not late and not self._answered:
            detail = "the body did not come in time: send it again, faster"
            headers = {"connection": "close"}
            await refuse(HTTPStatus.REQUEST_TIMEOUT, detail, self._scope["path"], self._send, headers)  # type: ignore[arg-type]  # the same protocol, typed more narrowly


def _client(scope: Scope) -> str:
    return subscriber(scope["client"][0]) if scope.get("client") else ""


def _has_to_come(scope: Scope) -> bool:
    """Return whether there is a body that has not arrived completely."""
    return WHOLE not in scope and any(
        name in (b"content-length", b"transfer-encoding") and value != b"0" for name, value in scope["headers"]
    )

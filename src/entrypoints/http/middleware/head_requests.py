"""Requests with the method HEAD, answered by the headers that GET has and no body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answering_head(app: ASGIApp) -> ASGIApp:
    """Return an application that answers HEAD as it answers GET, but without the body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD":  # a websocket has none
            await app(scope, receive, send)
            return
        like_get: Any = {**scope, "method": "GET"}

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                # what the application noted, such as the route; the server needs to know the method
                noted: Any = {**like_get, "method": "HEAD"}
                scope.update(noted)
            elif message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app(like_get, receive, send_without_body)

    return answer

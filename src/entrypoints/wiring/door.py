"""Who may talk to the dashboard: nobody's page but our own.

Its websocket knows no keys. Without this, any page in a browser on this machine could open it (cross-site
websocket hijacking), and a name that an attacker points at 127.0.0.1 would count as ours (DNS rebinding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from entrypoints.wiring.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = {
    # NiceGUI compiles its templates in the browser, so scripts need 'unsafe-eval'; nothing foreign is ever loaded
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Door:
    """Lets in requests and websockets that name a host of ours, and come from no other origin."""

    def __init__(self, app: ASGIApp, *, keyless: bool, allowed_hosts: Collection[str]) -> None:
        self._app, self._keyless, self._allowed = app, keyless, frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if self._is_welcome(Headers(scope=scope)):
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = PlainTextResponse(
                "This address is not one that Medcost serves, see MEDCOST_ALLOWED_HOSTS.\n", 403
            )
            await refusal(scope, receive, send)

    def _is_welcome(self, headers: Headers) -> bool:
        host = headers.get("host", "")
        if (self._keyless or self._allowed) and not self._is_ours(_name(f"//{host}")):
            return False
        origin = headers.get("origin")
        return origin is None or origin.partition("://")[2] == host or _name(origin) in self._allowed

    def _is_ours(self, name: str) -> bool:
        return is_loopback(name) or name in self._allowed


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return send_with_headers

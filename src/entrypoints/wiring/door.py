"""Who may talk to the dashboard and the API: nobody's page but our own.

The dashboard's websocket knows no keys, nor does the API on a loopback address. Without this, any page in a browser
on this machine could use them (cross-site websocket hijacking), and a name that an attacker points at 127.0.0.1 would
count as ours (DNS rebinding).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

from entrypoints.wiring.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Refusal: TypeAlias = Callable[[Iterable[tuple[bytes, bytes]]], tuple[int, str] | None]

_HEADERS: Final = {
    # NiceGUI compiles its templates in the browser, so scripts need 'unsafe-eval'; nothing foreign is ever loaded
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    # foreign pages hear nothing of ours; our own forms need it, or the browser would send them without an origin
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def refusal(
    headers: Iterable[tuple[bytes, bytes]],
    *,
    keyless: bool,
    allowed_hosts: Collection[str],
    allowed_origins: Collection[str] = (),
) -> tuple[int, str] | None:
    """Tell whether a request is to be refused.

    ``Host`` must be loopback or allowed; where keys are asked for and no host is named, it may be any.
    ``Origin``, if there is one, must be that host with its port, or allowed: as a host, or as it stands.

    Returns:
        Status (421 for a foreign host, 403 for a foreign page) and reason; None if the request is welcome.
    """
    given = dict(reversed(list(headers)))  # of a header that comes twice the first counts
    host, origin = given.get(b"host", b"").decode("latin-1"), given.get(b"origin")
    page = None if origin is None else origin.decode("latin-1")
    if page is not None and page in allowed_origins:
        page = None
    return _decide(host, page, keyless=keyless, allowed_hosts=frozenset(allowed_hosts))


@lru_cache(maxsize=256)
def _decide(host: str, origin: str | None, *, keyless: bool, allowed_hosts: frozenset[str]) -> tuple[int, str] | None:
    name = _name(f"//{host}")
    if (keyless or allowed_hosts) and not (is_loopback(name) or name in allowed_hosts):
        return 421, f"Medcost is not served as {name!r}: use 127.0.0.1, or add the name to MEDCOST_ALLOWED_HOSTS"
    if origin is None or (host and origin.partition("://")[2] == host) or _name(origin) in allowed_hosts:
        return None
    return 403, "pages of other sites may not use Medcost"


class Door:
    """Lets requests and websockets in to the pages, and says what the pages may load."""

    def __init__(self, app: ASGIApp, refusal: Refusal) -> None:
        self._app, self._refusal = app, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        refused = self._refusal(scope["headers"])
        if refused is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, why = refused
            await PlainTextResponse(f"{why}\n", status)(scope, receive, send)


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

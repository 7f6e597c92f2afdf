"""Checks of ``Host`` and ``Origin``, so that only pages of this site use the dashboard and the API.

Pages and their websocket require no keys, nor does the API on a loopback address. Without these checks, any page in a
browser could use them (cross-site websocket hijacking), and a name that an attacker points at our address would count
as ours (DNS rebinding). So pages check ``Host`` in every mode. The API does so too, except if other machines reach it,
each request needs a key, and no name is allowed by the settings: a script of a foreign page has no key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

from domain.access.addresses import read
from entrypoints.composition.access_rules import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Refusal: TypeAlias = Callable[[Iterable[tuple[bytes, bytes]]], tuple[int, str] | None]

_HEADERS: Final = {
    # NiceGUI compiles its templates in the browser, so scripts need 'unsafe-eval'; no foreign content is loaded
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    # foreign pages get no referrer; our own forms need it, or the browser would send them without an origin
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def refusal(
    headers: Iterable[tuple[bytes, bytes]],
    *,
    allowed_hosts: Collection[str],
    allowed_origins: Collection[str] = (),
    any_host: bool = False,
    any_address: bool = False,
) -> tuple[int, str] | None:
    """Return why a request is refused, if it is.

    ``Host`` must be loopback or allowed. ``Origin``, if it is sent, must be that host with its port, an allowed host,
    or an allowed origin.

    Args:
        headers: the headers of the request.
        allowed_hosts: names of this service, besides loopback.
        allowed_origins: origins whose pages may call this service.
        any_host: whether ``Host`` may be any name while ``allowed_hosts`` is empty: for an API that requires a key
            with each request, which no browser sends by itself.
        any_address: whether ``Host`` may be any IP address: DNS rebinding leads a browser here by a name, never by an
            address.

    Returns:
        Status (421 for a foreign host, 403 for a foreign page) and reason; None if the request is allowed.
    """
    given = dict(reversed(list(headers)))  # the first of repeated headers counts
    host, origin = given.get(b"host", b"").decode("latin-1"), given.get(b"origin")
    page = None if origin is None else origin.decode("latin-1")
    if page is not None and page in allowed_origins:
        page = None
    names = frozenset(allowed_hosts)
    return _decide(host, page, names, any_host=any_host and not names, any_address=any_address)


@lru_cache(maxsize=256)
def _decide(
    host: str, origin: str | None, allowed_hosts: frozenset[str], *, any_host: bool, any_address: bool
) -> tuple[int, str] | None:
    name = _name(f"//{host}")
    ours = any_host or is_loopback(name) or name in allowed_hosts or (any_address and read(name) is not None)
    if not ours:
        return 421, f"Medcost is not served as {name!r}: use 127.0.0.1, or add the name to MEDCOST_ALLOWED_HOSTS"
    if origin is None or (host and origin.partition("://")[2] == host) or _name(origin) in allowed_hosts:
        return None
    return 403, "pages of other sites may not use Medcost"


class SiteGuard:
    """Refuses foreign requests and websockets to the pages, and sets the pages' security headers."""

    def __init__(self, app: ASGIApp, refusal: Refusal) -> None:
        self._app, self._refusal = app, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
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

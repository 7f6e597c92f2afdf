"""Addresses of clients whose requests come through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from domain.access.addresses import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

PEER: Final = "medcost.peer"
"""Key of the ASGI scope that holds the address and port of the socket."""


class BehindProxies:
    """Sets the client's address and scheme of a request from the headers of a trusted proxy.

    A header without a valid address is ignored: the proxy's own address counts.

    Args:
        app: application that receives the requests.
        proxies: addresses or networks of trusted proxies.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._by_headers = ProxyHeadersMiddleware(self._readable, list(proxies))  # type: ignore[arg-type]  # the same protocol, typed more narrowly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        await self._by_headers({**scope, PEER: scope.get("client")}, receive, send)  # type: ignore[arg-type]  # as above

    async def _readable(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and read(client[0]) is None:
            scope["client"] = scope[PEER]
        await self._app(scope, receive, send)

"""The address of a client whose request came through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from domain.access.addresses import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

PEER: Final = "medcost.peer"
"""Where a request's scope keeps the address and port of the socket."""


class BehindProxies:
    """Gives a request the address and scheme of its client, where a proxy that the settings name tells them.

    What is told as an address and is none is ignored: the proxy's own address counts.

    Args:
        app: gets the requests.
        proxies: addresses or networks.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._told = ProxyHeadersMiddleware(self._readable, list(proxies))  # type: ignore[arg-type]  # the same protocol, typed more narrowly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        await self._told({**scope, PEER: scope.get("client")}, receive, send)  # type: ignore[arg-type]  # as above

    async def _readable(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client and read(client[0]) is None:
            scope["client"] = scope[PEER]
        await self._app(scope, receive, send)

"""Serving below a path such as ``/medcost`` behind a proxy, whether the proxy strips the path or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX: Final = b"x-forwarded-prefix"


class Below:
    """Sets the path as ``root_path``, and strips it from requests if the proxy has not.

    ``X-Forwarded-Prefix`` is dropped: any client can send it, NiceGUI would write it into pages, and the path is
    configured here already.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app, self._root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] in ("http", "websocket"):
            root, path = self._root, scope["path"]
            if root and (path == root or path.startswith(f"{root}/")):
                path = path.removeprefix(root) or "/"
            scope = {**scope, "root_path": root, "path": path}
            if any(name == _PREFIX for name, _ in scope["headers"]):
                scope["headers"] = [header for header in scope["headers"] if header[0] != _PREFIX]
        await self._app(scope, receive, send)


class WholePath:
    """Prepends ``root_path`` to the path again, as ASGI specifies and Starlette expects, unlike Litestar."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] in ("http", "websocket") and (root := scope.get("root_path")):
            scope = {**scope, "path": root + scope["path"]}
        await self._app(scope, receive, send)

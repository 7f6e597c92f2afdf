"""Everything below a path, such as ``/medcost``, at which a proxy serves it; whether the proxy strips it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX: Final = b"x-forwarded-prefix"


class Below:
    """Names the path as ``root_path``, and takes it off where the proxy has not.

    ``X-Forwarded-Prefix`` is dropped: anybody can send it, NiceGUI would write it into pages, and a proxy that strips
    the path sends it beside a path that is known here already.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app, self._root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] in ("http", "websocket"):
            root, path = self._root, scope["path"]
            if root and (path == root or path.startswith(f"{root}/")):
                path = path.removeprefix(root) or "/"
            headers = [one for one in scope["headers"] if one[0].lower() != _PREFIX]
            scope = {**scope, "headers": headers, "root_path": root, "path": path}
        await self._app(scope, receive, send)


class WholePath:
    """Puts the root before the path again, as ASGI has it and Starlette expects it; Litestar does not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if scope["type"] in ("http", "websocket") and (root := scope.get("root_path")):
            scope = {**scope, "path": root + scope["path"]}
        await self._app(scope, receive, send)

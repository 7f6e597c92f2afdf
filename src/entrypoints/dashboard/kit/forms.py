"""Plain HTML forms that no other site's page can send in a person's name.

Three things must hold: the browser says that the form came from a page of ours (``Origin``, which `Door` compares),
its cookies are for our own pages only (SameSite), and the form holds the random token of one of them.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from nicegui import ui
from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from entrypoints.dashboard.kit.shell import tag

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE: Final = "medcost_form"
_FIELD: Final = "token"
_NEW: Final = "new_form_token"
_LARGEST: Final = 4096
"""Bytes; the largest form holds two passwords."""


def form(request: Request, action: str, classes: str = "") -> ui.element:
    """Open a form that is posted to one of our addresses; it works without a websocket."""
    token = request.cookies.get(_COOKIE)
    if not token:
        token = secrets.token_urlsafe(32)
        setattr(request.state, _NEW, token)
    element = tag("form", classes)
    element.props["method"], element.props["action"] = "post", action
    with element:
        hidden = ui.element("input")
        hidden.props.update({"type": "hidden", "name": _FIELD, "value": token})
    return element


async def posted(request: Request) -> dict[str, str]:
    """Read a form that was posted.

    Raises:
        HTTPException: 413 if it is too large, 403 if it does not come from a page of ours.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413)
    fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    held, given = request.cookies.get(_COOKIE, ""), fields.pop(_FIELD, "")
    if not request.headers.get("origin") or not held or not hmac.compare_digest(held.encode(), given.encode()):
        raise HTTPException(403, "This form did not come from a page of ours, or is too old: open the page again.\n")
    return fields


class FormTokens:
    """An ASGI layer that gives the browser the token of a form, in a cookie, together with the page."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        state = scope.setdefault("state", {})

        async def send_with_token(message: Message) -> None:
            if message["type"] == "http.response.start" and (token := state.get(_NEW)):
                baked = Response()
                secure = self._secure or scope["scheme"] == "https"
                baked.set_cookie(_COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
                MutableHeaders(scope=message).append("set-cookie", baked.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_token)

"""Plain HTML forms that no other site's page can send in a person's name.

Three things must hold: the browser says that the form came from our own page (``Origin``, which `SiteGuard` compares),
its cookies are for our own pages only (SameSite), and the form holds the random token of one of them.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from nicegui import ui

from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth import cookies
from entrypoints.dashboard.layout.shell import tag

_COOKIE: Final = "medcost_form"
_FIELD: Final = "token"
_LARGEST: Final = 4096
"""Bytes; the largest form holds two passwords."""


def form(request: Request, action: str, classes: str = "") -> ui.element:
    """Open a form that is posted to one of our addresses; it works without a websocket."""
    token = cookies.value_of(request, _COOKIE)
    if not token:
        token = secrets.token_urlsafe(32)
        cookies.give(request, _COOKIE, token)
    element = tag("form", classes)
    element.props["method"], element.props["action"] = "post", at(action, request)
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

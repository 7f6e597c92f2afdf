"""Cookies that a page gives to the browser together with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NEW: Final = "new_cookies"


def value_of(request: Request, name: str) -> str:
    """Return what the browser holds under a name, or is about to be given; empty if nothing."""
    return request.cookies.get(name) or _new(request).get(name, ("", None))[0]


def give(request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    """Give the browser a cookie that no script can read and no other site's page makes it send.

    Args:
        request: that of the page.
        name: the name of the cookie.
        value: the value of the cookie.
        max_age: seconds that the browser keeps it; without them, until it is closed.
    """
    _new(request)[name] = value, max_age


def _new(request: Request) -> dict[str, tuple[str, int | None]]:
    if not hasattr(request.state, _NEW):
        setattr(request.state, _NEW, {})
    return getattr(request.state, _NEW)


class NewCookies:
    """An ASGI layer that sends what was given together with the answer."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        state = scope.setdefault("state", {})

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                for name, (value, max_age) in state.get(_NEW, {}).items():
                    baked = Response()
                    secure = self._secure or scope["scheme"] == "https"
                    baked.set_cookie(
                        name,
                        value,
                        max_age,
                        httponly=True,
                        samesite="strict",
                        secure=secure,
                        path=scope.get("root_path") or "/",
                    )  # fmt: skip
                    MutableHeaders(scope=message).append("set-cookie", baked.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookies)

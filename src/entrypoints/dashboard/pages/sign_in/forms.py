"""Where the forms of signing in and out are posted to. Whatever comes of it, the browser is sent to a page."""

from __future__ import annotations

import ipaddress
import math
import re
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from application.access.set_password import SetPassword
from application.access.sign_in import SignIn
from application.access.sign_out import SignOut
from domain.errors import InvalidInput, NoPassword, PasswordAlreadySet, SignInLocked, Unavailable, WrongPassword
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.forms import posted
from entrypoints.dashboard.auth.guard import SIGN_IN, SIGN_OUT, drop_token, keep_token, sign_in_url, token_of

if TYPE_CHECKING:
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.options import DashboardOptions

FIRST: Final = f"{SIGN_IN}/first"
_OWN_PATH: Final = re.compile(r"/(?!/)[\w/-]*")


class SignInForms:
    """Answers the forms of this page."""

    def __init__(self, inject: Inject, options: DashboardOptions) -> None:
        self._options = options
        self._sign_in, self._sign_out, self._set_password = inject(SignIn), inject(SignOut), inject(SetPassword)

    def add_to(self, app: FastAPI) -> None:
        """Register the routes that the forms are posted to."""
        for path, answer in ((SIGN_IN, self.enter), (FIRST, self.begin), (SIGN_OUT, self.leave)):
            app.add_api_route(path, answer, methods=["POST"])

    async def enter(self, request: Request) -> Response:
        """Sign in."""
        fields = await posted(request)
        return await self._entered(request, fields.get("password", ""), own_path(fields.get("next", "")))

    async def begin(self, request: Request) -> Response:
        """Set the first password, and sign in with it."""
        fields = await posted(request)
        then, password = own_path(fields.get("next", "")), fields.get("password", "")
        if not may_set_first(request, self._options):
            return back(request, then)
        if password != fields.get("again"):
            return back(request, then, "different")
        try:
            await self._set_password(password, by="loopback", first=True)
        except InvalidInput:
            return back(request, then, "short")
        except PasswordAlreadySet:
            return back(request, then, "late")
        except Unavailable:
            return back(request, then, "away")
        return await self._entered(request, password, then)

    async def leave(self, request: Request) -> Response:
        """Sign out."""
        await posted(request)
        try:
            await self._sign_out(token_of(request))
        except Unavailable:
            return back(request, "/", "away")  # the session lives on: the cookie stays, so that it can be ended later
        response = RedirectResponse(at("/", request), 303)
        drop_token(request, response)
        return response

    async def _entered(self, request: Request, password: str, then: str) -> Response:
        address = request.client.host if request.client else ""
        try:
            token = await self._sign_in(password, address=address)
            await self._sign_out(token_of(request))  # the browser's earlier session, if there is one
        except WrongPassword:
            return back(request, then, "wrong")
        except SignInLocked as locked:
            return back(request, then, "locked", wait=math.ceil(locked.wait))
        except NoPassword:
            return back(request, then)
        except Unavailable:
            return back(request, then, "away")
        response = RedirectResponse(at(then, request), 303)
        keep_token(request, response, token, https=self._options.https)
        return response


def may_set_first(request: Request, options: DashboardOptions) -> bool:
    """Return whether this browser may set the first password: one that runs on this machine, where that is allowed."""
    try:
        here = bool(request.client) and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        here = False
    return here and options.first_password


def back(request: Request, then: str, message: str = "", **more: object) -> RedirectResponse:
    """Send a browser back to the sign-in page, which says what happened."""
    return RedirectResponse(at(sign_in_url(then, message, **more), request), 303)


def own_path(path: str) -> str:
    """Return a path of ours, so that nobody is sent elsewhere after signing in."""
    return path if _OWN_PATH.fullmatch(path) else "/"

"""Signing in by an identity provider: where a browser is sent to, and where it comes back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from dishka import FromDishka
from fastapi import FastAPI, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from application.access.sign_in_by_provider import SignInByProvider
from application.access.sign_out import SignOut
from domain.errors import NotAllowed, SignInRefused, Unavailable
from domain.ports.identity_provider import AuthorizationRequest
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.guard import SIGN_IN, keep_token, token_of
from entrypoints.dashboard.pages.sign_in.forms import back, own_path

if TYPE_CHECKING:
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.options import DashboardOptions

BEGIN: Final = f"{SIGN_IN}/provider"
CALLBACK: Final = f"{SIGN_IN}/callback"
_COOKIE: Final = "medcost_sign_in"
_WITHIN: Final = 600
"""Seconds that a person has at the provider."""
# the session's cookie is not sent where another site's page leads to: this page of ours leads on
_CONTINUE: Final = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Medcost</title>'
    '<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">Medcost</a></html>'
)
_log: Final = logging.getLogger(__name__)


async def begin(redirect_uri: str, sign_in: FromDishka[SignInByProvider]) -> AuthorizationRequest:
    """Return what a browser is sent to the provider with."""
    return await sign_in.begin(redirect_uri)


async def finish(
    request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str], sign_in: FromDishka[SignInByProvider]
) -> str:
    """Return the token of a new session."""
    return await sign_in.finish(request, redirect_uri, answer)


class ProviderSignIn:
    """Answers both addresses."""

    def __init__(self, inject: Inject, options: DashboardOptions) -> None:
        self._options = options
        self._begin, self._finish = inject(begin), inject(finish)
        self._sign_out = inject(SignOut)

    def add_to(self, app: FastAPI) -> None:
        """Add both addresses to the application, if people sign in by a provider."""
        if self._options.provider:
            app.add_api_route(BEGIN, self.begin, methods=["GET"])
            app.add_api_route(CALLBACK, self.finish, methods=["GET"])

    async def begin(self, request: Request) -> Response:
        """Send a browser to the provider."""
        then = own_path(request.query_params.get("next", ""))
        try:
            sent: AuthorizationRequest = await self._begin(self._redirect_uri(request))
        except (Unavailable, SignInRefused) as error:
            _log.warning("signing in by the identity provider failed: %s", error)
            return back(request, then, "provider_away")
        response = RedirectResponse(sent.url, 303)
        # lax: the browser comes back from another site
        response.set_cookie(
            _COOKIE,
            ".".join((sent.state, sent.nonce, sent.verifier, quote(then, safe=""))),
            _WITHIN,
            httponly=True,
            samesite="lax",
            secure=self._secure(request),
            path=at(SIGN_IN, request),
        )
        return response

    async def finish(self, request: Request) -> Response:
        """Take back a browser, signed in or not."""
        parts = request.cookies.get(_COOKIE, "").split(".")
        state, nonce, verifier, path = parts if len(parts) == 4 else ("", "", "", "")  # noqa: PLR2004  # state, nonce, verifier, path
        then = own_path(unquote(path))
        response = await self._finished(
            request, AuthorizationRequest(url="", state=state, nonce=nonce, verifier=verifier), then
        )
        response.delete_cookie(_COOKIE, path=at(SIGN_IN, request))
        response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return response

    async def _finished(self, request: Request, sent: AuthorizationRequest, then: str) -> Response:
        if not sent.state:
            return back(request, then, "refused")
        try:
            token = await self._finish(sent, self._redirect_uri(request), dict(request.query_params))
            await self._sign_out(token_of(request))  # the browser's earlier session, if there is one
        except SignInRefused as refused:
            _log.warning("signing in by the identity provider was refused: %s", refused)
            return back(request, then, "refused")
        except NotAllowed as refused:
            _log.warning("signing in by the identity provider: %s", refused)
            return back(request, then, "no_role")
        except Unavailable as away:
            _log.warning("signing in by the identity provider failed: %s", away)
            return back(request, then, "provider_away")
        response = HTMLResponse(_CONTINUE.format(address=at(then, request)))
        keep_token(request, response, token, https=self._options.https)
        return response

    def _redirect_uri(self, request: Request) -> str:
        scheme = "https" if self._secure(request) else "http"
        return f"{scheme}://{request.headers.get('host', '')}{at(CALLBACK, request)}"

    def _secure(self, request: Request) -> bool:
        return self._options.https or request.url.scheme == "https"

"""Who may see the pages, and use what is behind the buttons, that are for an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import HTTPException, Request
from nicegui import ui

from application.access.sign_in import Admit
from domain.errors import NotSignedIn
from entrypoints.dashboard.addresses import at, path_of, root_of
from entrypoints.dashboard.auth.forms import form
from entrypoints.dashboard.layout.shell import text

if TYPE_CHECKING:
    from starlette.responses import Response

    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import DashboardOptions

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
_SESSION: Final = "medcost_session"


class Guard:
    """Lets nobody but the admin pass: to a page before it is built, and to a use case each time it is called."""

    def __init__(self, inject: Inject, options: DashboardOptions) -> None:
        self._inject, self._options = inject, options
        self._admit = inject(Admit)

    async def page(self, request: Request) -> None:
        """Send whoever is not signed in to the sign-in page; a dependency of every admin page's route.

        Raises:
            HTTPException: the redirect.
            Unavailable: if nobody can tell for now whether the session lives; nobody is signed out by that.
        """
        if not self._options.login:
            return
        token = token_of(request)
        try:
            if token:
                await self._admit(token)
                request.state.signed_in = True
                return
        except NotSignedIn:
            pass
        raise HTTPException(
            303, headers={"Location": at(sign_in_url(path_of(request), "ended" if token else ""), request)}
        )

    def inject(self, use: type[Any] | Call) -> Call:
        """Call a use case as `injecting` does, and ask before each call if the session still lives.

        Where it has ended, nothing is called, the browser is sent to the sign-in page, and `NotSignedIn` is raised.
        It must be called in the context of the browser's client, as event handlers are.
        """
        call = self._inject(use)

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            if self._options.login:
                await self.check(ui.context.client.request)
            return await call(*args, **kwargs)

        return guarded

    async def admin_or_visitor(self, request: Request) -> None:
        """Let visitors pass, and the admin; a dependency of pages on which the admin sees more than others.

        Raises:
            HTTPException: the redirect to the sign-in page, if the admin's session has ended.
            Unavailable: if nobody can tell for now whether it has.
        """
        if token_of(request):
            await self.page(request)

    async def check(self, request: Request) -> None:
        """Return if the admin's session still lives, or none is asked for.

        Raises:
            NotSignedIn: if it has ended; the browser is sent to the sign-in page.
            Unavailable: if nobody can tell for now whether it has.
        """
        if not self._options.login:
            return
        try:
            await self._admit(token_of(request))
        except NotSignedIn:
            ui.navigate.to(sign_in_url(path_of(request), "ended"))  # NiceGUI puts the root before it
            raise


def sign_out_form(request: Request, words: Words) -> None:
    """Say who is signed in, and let them out; nothing where nobody is."""
    if not getattr(request.state, "signed_in", False):
        return
    # once the session has ended, a page that updates itself would go to the sign-in page ahead of the form
    with form(request, SIGN_OUT, "signed-in").on("submit", js_handler="() => window.socket?.disconnect()"):
        text("span", words("sign_in.admin"))
        text("button", words("sign_in.out"), "btn").props("type=submit")


def sign_in_url(then: str, said: str = "", **more: object) -> str:
    """Give the address of the sign-in page: where to go afterwards, and what it should say."""
    told = {"next": then, "said": said, **more}
    return f"{SIGN_IN}?{urlencode({name: value for name, value in told.items() if value})}"


def token_of(request: Request) -> str:
    """Give the token of the browser's session, empty if it has none."""
    return request.cookies.get(_SESSION, "")


def keep_token(request: Request, response: Response, token: str, *, secure: bool) -> None:
    """Give the browser a session's token: no script can read it, no other site's page makes the browser send it."""
    response.set_cookie(_SESSION, token, httponly=True, samesite="strict", secure=secure, path=root_of(request) or "/")


def drop_token(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_SESSION, path=root_of(request) or "/", httponly=True, samesite="strict")

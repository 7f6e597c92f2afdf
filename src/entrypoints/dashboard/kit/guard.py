"""Who may see the pages, and use what is behind the buttons, that are for an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from dishka import FromDishka
from fastapi import HTTPException, Request
from nicegui import ui

from application.sign_in import Admit
from domain.errors import NotSignedIn, Unavailable
from entrypoints.dashboard.kit.forms import form
from entrypoints.dashboard.kit.shell import text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from entrypoints.dashboard.kit.inject import Inject
    from entrypoints.dashboard.options import DashboardOptions
    from entrypoints.dashboard.words.speech import Words

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
_SESSION: Final = "medcost_session"


async def admit(token: str, ask: FromDishka[Admit]) -> None:
    """Return if this session admits."""
    await ask(token)


class Guard:
    """Lets nobody but the admin pass: to a page before it is built, and to a use case each time it is called."""

    def __init__(self, inject: Inject, options: DashboardOptions) -> None:
        self._inject, self._options = inject, options
        self._admit = inject(admit)

    async def page(self, request: Request) -> None:
        """Send whoever is not signed in to the sign-in page; a dependency of every admin page's route.

        Raises:
            HTTPException: the redirect.
        """
        if not self._options.login:
            return
        try:
            await self._admit(token_of(request))
        except NotSignedIn:
            said = "ended" if token_of(request) else ""
        except Unavailable:
            said = "away"
        else:
            request.state.signed_in = True
            return
        raise HTTPException(303, headers={"Location": sign_in_url(request.url.path, said)})

    def inject(self, func: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Fill the ``FromDishka`` parameters of an async function, and ask before each call if the session still lives.

        Where it has ended, nothing is called, the browser is sent to the sign-in page, and `NotSignedIn` is raised.
        It must be called in the context of the browser's client, as event handlers are.
        """
        call = self._inject(func)

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            if self._options.login:
                await self._check_caller()
            return await call(*args, **kwargs)

        return guarded

    async def _check_caller(self) -> None:
        request = ui.context.client.request
        try:
            await self._admit(token_of(request))
        except NotSignedIn:
            ui.navigate.to(sign_in_url(request.url.path, "ended"))
            raise


def sign_out_form(request: Request, words: Words) -> None:
    """Say who is signed in, and let them out; nothing where nobody is."""
    if not getattr(request.state, "signed_in", False):
        return
    with form(request, SIGN_OUT, "signed-in"):
        text("span", words("sign_in.admin"))
        text("button", words("sign_in.out"), "btn").props("type=submit")


def sign_in_url(then: str, said: str = "", **more: object) -> str:
    """Give the address of the sign-in page: where to go afterwards, and what it should say."""
    told = {"next": then, "said": said, **more}
    return f"{SIGN_IN}?{urlencode({name: value for name, value in told.items() if value})}"


def token_of(request: Request) -> str:
    """Give the token of the browser's session, empty if it has none."""
    return request.cookies.get(_SESSION, "")


def keep_token(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser a session's token: no script can read it, no other site's page makes the browser send it."""
    response.set_cookie(_SESSION, token, httponly=True, samesite="strict", secure=secure, path="/")


def drop_token(response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_SESSION, path="/", httponly=True, samesite="strict")

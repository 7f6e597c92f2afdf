"""Access control of pages and of the use cases behind their buttons."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import HTTPException, Request
from nicegui import ui

from application.access.sign_in import Admit
from domain.access.keys import Role
from domain.access.users import ADMIN, User
from domain.errors import NotAllowed, NotSignedIn, Unavailable
from entrypoints.dashboard.addresses import at, path_of, root_of
from entrypoints.dashboard.auth.forms import form
from entrypoints.dashboard.layout.shell import tag, text

if TYPE_CHECKING:
    from starlette.responses import Response

    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import DashboardOptions

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
_SESSION: Final = "medcost_session"


class Guard:
    """Checks access before a page is built, and before each call of an admin's use case."""

    def __init__(self, inject: Inject, options: DashboardOptions) -> None:
        self._inject, self._options = inject, options
        self._admit = inject(Admit)

    async def admin(self, request: Request) -> None:
        """Require an admin; redirect to the sign-in page without a session. A dependency of admin pages.

        Raises:
            HTTPException: the redirect.
            NotAllowed: if the person who has signed in is no admin.
            Unavailable: if nobody can tell for now whether the session lives; nobody is signed out by that.
        """
        if self._options.login:
            _require(Role.ADMIN, await self._enter(request))

    async def personal(self, request: Request) -> None:
        """Require a valid session if there is one; a dependency of pages that show more to some people.

        Raises:
            HTTPException: the redirect to the sign-in page, if a session has ended, or everybody signs in.
            Unavailable: if nobody can tell for now whether it has.
        """
        self._offer(request)
        if self._options.login and (token_of(request) or self._options.everyone):
            await self._enter(request)

    async def visitor(self, request: Request) -> None:
        """Require a session only if everybody must sign in; a dependency of pages that show no data of others.

        Raises:
            HTTPException: the redirect to the sign-in page, where everybody signs in.
            Unavailable: if nobody can tell for now whether the session lives, where everybody signs in.
        """
        self._offer(request)
        if self._options.everyone:
            await self._enter(request)
        elif self._options.login and token_of(request):
            with suppress(NotSignedIn, Unavailable):  # then a visitor like others
                request.state.user = (await self._admit(token_of(request))).user

    def inject(self, use: type[Any] | Call) -> Call:
        """Call a use case as `injecting` does, and ask before each call if the admin's session still lives.

        Where it has ended, nothing is called, the browser is sent to the sign-in page, and `NotSignedIn` is raised.
        It must be called in the context of the browser's client, as event handlers are.
        """
        call = self._inject(use)

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            if self._options.login:
                _require(Role.ADMIN, await self.user(ui.context.client.request))
            return await call(*args, **kwargs)

        return guarded

    async def user(self, request: Request) -> User:
        """Return who is signed in; the session still lives.

        Raises:
            NotSignedIn: if it has ended; the browser is sent to the sign-in page.
            Unavailable: if nobody can tell for now whether it has.
        """
        try:
            return (await self._admit(token_of(request))).user
        except NotSignedIn:
            ui.navigate.to(sign_in_url(path_of(request), "ended"))  # NiceGUI puts the root before it
            raise

    async def _enter(self, request: Request) -> User:
        token = token_of(request)
        if token:
            with suppress(NotSignedIn):
                request.state.user = (await self._admit(token)).user
                return request.state.user
        address = at(sign_in_url(path_of(request), "ended" if token else ""), request)
        raise HTTPException(303, headers={"Location": address})

    def _offer(self, request: Request) -> None:
        request.state.may_sign_in = bool(self._options.provider)


def _require(role: Role, user: User) -> None:
    if user.role is not role:
        message = f"this page is for an {role.value}; {user.name} is a {user.role.value}"
        raise NotAllowed(message)


def user_of(request: Request) -> User | None:
    """Return who was signed in when the page was opened, None if nobody was."""
    return getattr(request.state, "user", None)


def may_be_admin(request: Request) -> bool:
    """Return whether an admin opened the page, or somebody who has not signed in, and might be one."""
    user = user_of(request)
    return user is None or user.role is Role.ADMIN


def author_of(request: Request) -> str:
    """Return the name of the author of a change: the person signed in, or this machine."""
    user = user_of(request)
    return user.name if user else "loopback"


def account(request: Request, words: Words) -> None:
    """Say who is signed in, and let them out; offer to sign in where people may."""
    user = user_of(request)
    if user:
        # once the session has ended, a page that updates itself would go to the sign-in page ahead of the form
        with form(request, SIGN_OUT, "signed-in").on("submit", js_handler="() => window.socket?.disconnect()"):
            text("span", words("sign_in.admin") if user == ADMIN else words("sign_in.as", name=user.name))
            text("button", words("sign_in.out"), "btn").props("type=submit")
    elif getattr(request.state, "may_sign_in", False):
        with tag("p", "signed-in"):
            text("a", words("sign_in.do")).props["href"] = at(sign_in_url(path_of(request)), request)


def sign_in_url(then: str, message: str = "", **more: object) -> str:
    """Return the address of the sign-in page, with the page to return to and the key of a message."""
    query = {"next": then, "said": message, **more}
    return f"{SIGN_IN}?{urlencode({name: value for name, value in query.items() if value})}"


def token_of(request: Request) -> str:
    """Return the token of the browser's session; empty if it has none."""
    return request.cookies.get(_SESSION, "")


def keep_token(request: Request, response: Response, token: str, *, https: bool) -> None:
    """Set a session's token as a cookie that scripts cannot read and other sites cannot make the browser send."""
    secure = https or request.url.scheme == "https"
    response.set_cookie(_SESSION, token, httponly=True, samesite="strict", secure=secure, path=root_of(request) or "/")


def drop_token(request: Request, response: Response) -> None:
    """Delete the session's cookie."""
    response.delete_cookie(_SESSION, path=root_of(request) or "/", httponly=True, samesite="strict")

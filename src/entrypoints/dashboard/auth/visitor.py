"""Visitors of the pages: a random token in a cookie, by which each visitor finds their own estimates again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nicegui import ui

from domain.access.callers import LOCAL, Caller
from domain.access.keys import Role
from entrypoints.dashboard.auth import cookies
from entrypoints.dashboard.auth.guard import user_of

if TYPE_CHECKING:
    from fastapi import Request

    from entrypoints.dashboard.auth.guard import Guard
    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.options import DashboardOptions

_COOKIE: Final = "medcost_visitor"
_YEAR: Final = 365 * 24 * 3600


class Visitors:
    """Returns the caller of a page: a visitor, the person signed in, or the user of this machine."""

    def __init__(self, inject: Inject, guard: Guard, options: DashboardOptions) -> None:
        self._inject, self._guard, self._options = inject, guard, options

    def own(self, request: Request) -> Caller:
        """Name the visitor, whose estimates alone are seen; at this machine, where nothing is asked, all are.

        Who was signed in by an identity provider when the page was opened finds their estimates in any browser.
        """
        if self._options.alone:
            return LOCAL
        if (user := user_of(request)) and user.subject:
            return Caller(user.owner, name=user.name)
        token = cookies.value_of(request, _COOKIE)
        if not token:
            token = secrets.token_urlsafe(32)
            cookies.give(request, _COOKIE, token, max_age=_YEAR)
        # records store a hash instead of the token, so that their readers cannot act for a visitor
        return Caller(f"page:{hashlib.sha256(token.encode()).hexdigest()[:32]}")

    async def caller(self, request: Request, *, own: bool = False) -> Caller:
        """Name the visitor with their role; whoever comes through a proxy that lets nobody else in is an admin.

        Args:
            request: that of the page.
            own: whether only their own estimates are meant, whatever their role.

        Raises:
            NotSignedIn: if the session has ended; the browser is sent to the sign-in page.
            Unavailable: if nobody can tell for now whether it has.
        """
        visitor, user = self.own(request), user_of(request)
        if user and (user.subject or not own):
            user = await self._guard.user(request)
        if own or visitor.sees_all:
            return visitor
        if not self._options.login:
            return replace(visitor, role=Role.ADMIN)
        return replace(visitor, role=user.role, name=user.name) if user else visitor

    def sees_all(self, request: Request) -> bool:
        """Return whether a page was opened by somebody who sees everybody's estimates."""
        user = user_of(request)
        return not self._options.login or bool(user and user.role is not Role.CLIENT)

    def inject(self, use: type[Any] | Call, *, own: bool = False) -> Call:
        """Call a use case as `injecting` does, with the caller as its last argument.

        It must be called in the context of the browser's client, as event handlers are. With ``own``, admins and
        reviewers see their own estimates only, like everybody.
        """
        call = self._inject(use)

        async def called(*args: Any) -> Any:
            return await call(*args, await self.caller(ui.context.client.request, own=own))

        return called

"""Who visits the pages: a random token in a cookie, by which each visitor finds their own estimates again."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final

from nicegui import ui

from domain.access.callers import LOCAL, Caller
from domain.access.keys import Role
from entrypoints.dashboard.auth import cookies

if TYPE_CHECKING:
    from fastapi import Request

    from entrypoints.dashboard.auth.guard import Guard
    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.options import DashboardOptions

_COOKIE: Final = "medcost_visitor"
_YEAR: Final = 365 * 24 * 3600


class Visitors:
    """Tells in whose name a page asks: a visitor's, the admin's, or that of whoever is at this machine."""

    def __init__(self, inject: Inject, guard: Guard, options: DashboardOptions) -> None:
        self._inject, self._guard, self._options = inject, guard, options

    def own(self, request: Request) -> Caller:
        """Name the visitor, whose estimates alone are seen; at this machine, where nothing is asked, all are."""
        if self._options.alone:
            return LOCAL
        token = cookies.value_of(request, _COOKIE)
        if not token:
            token = secrets.token_urlsafe(32)
            cookies.give(request, _COOKIE, token, max_age=_YEAR)
        # records hold no token: whoever reads them must not be able to act for a visitor
        return Caller(f"page:{hashlib.sha256(token.encode()).hexdigest()[:32]}")

    async def caller(self, request: Request) -> Caller:
        """Name the visitor; who came to the page as the admin, or through a proxy that lets nobody else in, sees all.

        Raises:
            NotSignedIn: if the admin's session has ended; the browser is sent to the sign-in page.
        """
        visitor = self.own(request)
        if visitor.sees_all or not self.sees_all(request):
            return visitor
        await self._guard.check(request)
        return Caller(visitor.owner, Role.ADMIN)

    def sees_all(self, request: Request) -> bool:
        """Tell whether a page was opened by somebody who sees everybody's estimates."""
        return not self._options.login or getattr(request.state, "signed_in", False)

    def inject(self, use: type[Any] | Call, *, own: bool = False) -> Call:
        """Call a use case as `injecting` does, with the caller as its last argument.

        It must be called in the context of the browser's client, as event handlers are. With ``own``, the admin sees
        their own estimates only, like everybody.
        """
        call = self._inject(use)

        async def called(*args: Any) -> Any:
            request = ui.context.client.request
            return await call(*args, self.own(request) if own else await self.caller(request))

        return called

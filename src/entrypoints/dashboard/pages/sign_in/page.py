"""The sign-in page: an identity provider, or the admin's password in a plain form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from dishka import FromDishka
from fastapi import Request
from markupsafe import Markup
from nicegui import ui

from application.access.set_password import SetPassword
from domain.errors import Unavailable
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.forms import form
from entrypoints.dashboard.auth.guard import SIGN_IN
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import html, tag, text
from entrypoints.dashboard.pages.sign_in.forms import FIRST, may_set_first
from entrypoints.dashboard.pages.sign_in.provider import BEGIN
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import DashboardOptions

_MINUTE: Final = 60
_DIGITS: Final = 4
"""Of the seconds that a visitor has to wait, at most: 9,999 are more than two hours."""
_SAYINGS: Final = frozenset(
    {"wrong", "ended", "away", "short", "different", "late", "refused", "no_role", "provider_away"}
)


async def is_set(ask: FromDishka[SetPassword]) -> bool:
    """Return whether there is a password."""
    return await ask.is_set()


def page(inject: Inject, options: DashboardOptions) -> Page:
    """Make the page over its use cases."""
    is_password_set = inject(is_set)

    async def build(visit: Visit) -> None:
        words, request = visit.words, visit.client.request
        message = request.query_params.get("said", "")
        try:
            has_password = await is_password_set()
        except Unavailable:
            message, has_password = "away", True
        first = not has_password
        may_set = first and may_set_first(request, options) and not options.provider
        lead = words("sign_in.first" if may_set else "sign_in.provider.lead" if options.provider else "sign_in.lead")
        with visit.frame(words("sign_in.title"), lead), tag("div", "card narrow"):
            html(_notice(request, message, words)).props("role=alert")
            if options.provider:
                _provider(request, words, options.provider)
                if first:
                    return
                with tag("details", "numbers"):
                    text("summary", words("sign_in.instead"))
                    _form(request, words, SIGN_IN, ["current-password"])
            elif may_set:
                _form(request, words, FIRST, ["new-password", "again"])
            elif first:
                html(cards.notice("warn", words("sign_in.none"), words("sign_in.none.do")))
            else:
                _form(request, words, SIGN_IN, ["current-password"])

    return Page(SIGN_IN, "sign_in", build, guarded=False, in_menu=False, figures=False)


def _provider(request: Request, words: Words, provider: str) -> None:
    with tag("div", "actions"):
        link = text("a", words("sign_in.provider", provider=provider), "btn primary")
        then = urlencode({"next": request.query_params.get("next", "/")})
        link.props["href"] = f"{at(BEGIN, request)}?{then}"


def _form(request: Request, words: Words, action: str, fields: list[str]) -> None:
    with form(request, action, "login"):
        _input("next", request.query_params.get("next", ""), kind="hidden")
        # password managers want to know whose it is
        _input("username", "admin", kind="text", autocomplete="username").props("hidden")
        for kind in fields:
            name = "again" if kind == "again" else "password"
            with tag("div", "field"):
                text("label", words(f"sign_in.{name}")).props(f"for={name}")
                if kind == "new-password":
                    text("p", words("sign_in.rule"), "hint").props("id=rule")
                with tag("span", "box"):
                    box = _input(name, "", kind="password", autocomplete=kind.replace("again", "new-password"))
                    box.props(f"id={name} required")
                    if kind == "new-password":
                        box.props("aria-describedby=rule")
        with tag("div", "actions"):
            text("button", words("sign_in.set" if action == FIRST else "sign_in.do"), "btn primary").props(
                "type=submit"
            )


def _input(name: str, value: str, *, kind: str, **more: str) -> ui.element:
    box = tag("input")
    box.props.update({"type": kind, "name": name, "value": value, **more})
    return box


def _notice(request: Request, message: str, words: Words) -> Markup:
    if message == "locked":
        wait = request.query_params.get("wait", "")
        seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) <= _DIGITS else _MINUTE
        minutes = math.ceil(seconds / _MINUTE)
        few = seconds < _MINUTE
        delay = words("sign_in.seconds", count=seconds) if few else words("sign_in.minutes", count=minutes)
        return cards.notice("bad", words("sign_in.locked"), words("sign_in.locked.do", wait=delay))
    if message not in _SAYINGS:
        return Markup()
    kind = "warn" if message in ("ended", "late") else "bad"
    return cards.notice(kind, words(f"sign_in.{message}"), words(f"sign_in.{message}.do"))

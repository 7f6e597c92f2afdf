"""The dashboard as an ASGI application: its pages, its look, and what happens when something goes wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui

from entrypoints.dashboard.kit.forms import FormTokens
from entrypoints.dashboard.kit.guard import Guard
from entrypoints.dashboard.kit.inject import injecting
from entrypoints.dashboard.kit.page import Page, Visit, add_page
from entrypoints.dashboard.pages import (
    batch,
    batch_files,
    estimate,
    history,
    history_export,
    models,
    operations,
    sign_in,
    what_if,
)
from entrypoints.dashboard.pages.sign_in_forms import SignInForms

if TYPE_CHECKING:
    from dishka import AsyncContainer

    from entrypoints.dashboard.kit.desk import Desk
    from entrypoints.dashboard.options import DashboardOptions, Traffic

_HERE: Final = Path(__file__).parent
_THEME: Final = _HERE / "theme.css"
_HEAD: Final = _HERE / "kit" / "head.js"
_FONT: Final = _HERE / "fonts" / "inter-latin-wght-normal.woff2"
_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">'
    '<path d="M2 10a8 8 0 0 1 8-8h8v8a8 8 0 0 1-16 0z" fill="#0b8a9e"/></svg>'
)
_YEAR: Final = 365 * 24 * 3600


def dashboard_app(container: AsyncContainer, options: DashboardOptions, traffic: Traffic | None = None) -> FastAPI:
    """Make the ASGI application. Once a process: NiceGUI keeps its pages in a module of its own.

    Args:
        container: where each call of a use case gets a REQUEST scope. It stays the caller's to close.
        options: see there.
        traffic: of the API, where it is served by this process.
    """
    inject = injecting(container)
    desk = batch.desk(inject)
    menu = register_pages(container, options, traffic, desk)
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    SignInForms(inject, options).add_to(host)
    history_export.add_route(host, inject, Guard(inject, options))
    batch_files.add_routes(host, desk, inject(batch.write_scored), https=options.https)
    pages.on_shutdown(desk.close)
    host.add_middleware(FormTokens, secure=options.https)
    ui.run_with(
        host,
        root=partial(_sorry, menu, "missing", 404),
        title="Medcost",
        favicon=_ICON,
        dark=None,
        language="en-US",
        reconnect_timeout=60,
        tailwind=False,
        show_welcome_message=False,
    )
    return host


def register_pages(
    container: AsyncContainer,
    options: DashboardOptions,
    traffic: Traffic | None = None,
    desk: Desk | None = None,
) -> Sequence[Page]:
    """Tell NiceGUI every page and what they look like. What nobody foresaw is logged by NiceGUI itself.

    ``desk`` is where files of people are worked on; a test's pages do without files.
    """
    for file, place in ((_THEME, "theme.css"), (_FONT, "inter.woff2")):
        pages.add_static_file(local_file=file, url_path=f"/assets/{place}", max_cache_age=_YEAR)
    look = hashlib.sha256(_THEME.read_bytes()).hexdigest()[:8]
    ui.add_head_html(
        '<link rel="preload" href="/assets/inter.woff2" as="font" type="font/woff2" crossorigin>'
        f'<link rel="stylesheet" href="/assets/theme.css?{look}"><script>{_HEAD.read_text(encoding="utf-8")}</script>',
        shared=True,
    )
    inject = injecting(container)
    guard = Guard(inject, options)
    menu = (  # in the order of the header
        estimate.page(inject, shows_last=not options.login),
        what_if.page(inject),
        batch.page(desk or batch.desk(inject)),
        history.page(guard.inject),
        models.page(guard.inject),
        operations.page(guard.inject, traffic),
        sign_in.page(inject, options),
    )
    for page in menu:
        add_page(page, menu, guard)
    pages.on_page_exception(partial(_sorry, menu, "broken", 500))
    return menu


def _sorry(menu: Sequence[Page], key: str, status: int) -> None:
    """Answer an address that no page has, or a page that could not be built."""
    ui.status_code(status)
    Visit.begun(ui.context.client, menu).sorry(key)

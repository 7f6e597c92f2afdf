"""The dashboard as an ASGI application: its pages, style and error pages."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader
from nicegui import Client, __version__, core, ui
from nicegui import app as pages

from application.models.review_origins import ReviewOrigins
from domain.errors import NotAllowed, Unavailable
from domain.people.schema import Schema
from entrypoints.dashboard.addresses import path_of
from entrypoints.dashboard.auth.cookies import NewCookies
from entrypoints.dashboard.auth.guard import Guard
from entrypoints.dashboard.auth.visitor import Visitors
from entrypoints.dashboard.first_paint import leave_out_plugins, remember_signatures
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.layout.page import Page, Visit, add_page
from entrypoints.dashboard.layout.shell import logo
from entrypoints.dashboard.locale.catalogues import LOCALES, catalogue
from entrypoints.dashboard.pages.batch import files as batch_files
from entrypoints.dashboard.pages.batch import page as batch
from entrypoints.dashboard.pages.estimate import page as estimate
from entrypoints.dashboard.pages.history import export as history_export
from entrypoints.dashboard.pages.history import page as history
from entrypoints.dashboard.pages.models import data, facts, fit, rows, runs
from entrypoints.dashboard.pages.models import overview as models
from entrypoints.dashboard.pages.operations import figures_file
from entrypoints.dashboard.pages.operations import page as operations
from entrypoints.dashboard.pages.plans import page as plans
from entrypoints.dashboard.pages.sign_in import page as sign_in
from entrypoints.dashboard.pages.sign_in.forms import SignInForms
from entrypoints.dashboard.pages.sign_in.provider import ProviderSignIn
from entrypoints.dashboard.pages.what_if import page as what_if
from entrypoints.dashboard.socket import quiet

if TYPE_CHECKING:
    from dishka import AsyncContainer

    from entrypoints.dashboard.options import DashboardOptions, Traffic
    from entrypoints.dashboard.pages.batch.uploads import Uploads

_HERE: Final = Path(__file__).parent
_THEME: Final = _HERE / "theme.css"
_FONT: Final = _HERE / "fonts" / "inter-latin-wght-normal.woff2"
_YEAR: Final = 365 * 24 * 3600


def dashboard_app(container: AsyncContainer, options: DashboardOptions, traffic: Traffic | None = None) -> FastAPI:
    """Build the ASGI application, once a process: NiceGUI registers pages globally.

    Args:
        container: where the use cases are found. It stays the caller's to close.
        options: see there.
        traffic: the traffic of the API, where it is served by this process.
    """
    remember_signatures()
    inject = injecting(container)
    uploads = batch.uploads(inject)
    menu, schema = register_pages(container, options, traffic, uploads), container.get_sync(Schema)
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    SignInForms(inject, options).add_to(host)
    ProviderSignIn(inject, options).add_to(host)
    guard = Guard(inject, options)
    history_export.add_route(host, inject, guard, Visitors(inject, guard, options), schema)
    figures_file.add_route(host, inject, guard)
    fetch, template = inject(batch.fetch_answers), inject(batch.write_template)
    batch_files.add_job_routes(host, Visitors(inject, guard, options), fetch, template)
    batch_files.add_routes(host, uploads, inject(batch.write_scored), https=options.https)
    pages.on_shutdown(uploads.close)
    host.add_exception_handler(Unavailable, partial(_away, menu, schema))
    host.add_exception_handler(NotAllowed, partial(_forbidden, menu, schema))
    host.add_middleware(NewCookies, secure=options.https)
    ui.run_with(
        host,
        root=partial(_sorry, menu, schema, "missing", 404),
        title="Medcost",
        favicon=str(logo("#0b8a9e", xmlns="http://www.w3.org/2000/svg")),
        dark=None,
        language="en-US",
        reconnect_timeout=60,
        tailwind=False,
        show_welcome_message=False,
    )
    quiet(core.sio)
    leave_out_plugins(pages.config)
    return host


def register_pages(
    container: AsyncContainer,
    options: DashboardOptions,
    traffic: Traffic | None = None,
    uploads: Uploads | None = None,
) -> Sequence[Page]:
    """Register all pages and their style with NiceGUI, which logs unexpected errors itself.

    ``uploads`` is where files of people are worked on; a test's pages do without files.
    """
    for file, place in ((_THEME, "theme.css"), (_FONT, "inter.woff2")):
        pages.add_static_file(local_file=file, url_path=f"/assets/{place}", max_cache_age=_YEAR)
    look = hashlib.sha256(_THEME.read_bytes()).hexdigest()[:8]
    head = Environment(loader=FileSystemLoader(_HERE / "layout"), autoescape=True).get_template("head.html")
    ui.add_head_html(head.render(root=options.root_path, look=look, nicegui=__version__), shared=True)
    for language in LOCALES:
        catalogue(language)  # a broken file stops the start, and no visit waits for it
    inject, schema = injecting(container), container.get_sync(Schema)
    guard, ask = Guard(inject, options), inject(ReviewOrigins)
    visitors = Visitors(inject, guard, options)
    menu = (  # in the order of the header
        estimate.page(inject, visitors),
        plans.page(inject),
        what_if.page(inject),
        batch.page(uploads or batch.uploads(inject), inject, visitors, options.jobs_every),
        history.page(visitors),
        models.page(guard.inject),
        fit.page(guard.inject),
        rows.page(guard.inject),
        facts.page(guard.inject),
        runs.page(guard.inject, options.mlflow),
        data.page(guard.inject),
        operations.page(guard.inject, traffic, options.operations_every),
        sign_in.page(inject, options),
    )
    for page in menu:
        add_page(page, menu, schema, guard, ask)
    pages.on_page_exception(partial(_sorry, menu, schema, "broken", 500))
    pages.add_exception_handler(Unavailable, partial(_away, menu, schema))
    pages.add_exception_handler(NotAllowed, partial(_forbidden, menu, schema))
    return menu


def _sorry(menu: Sequence[Page], schema: Schema, key: str, status: int) -> None:
    """Answer an unknown address, or a page that could not be built."""
    ui.status_code(status)
    Visit.begun(ui.context.client, menu, schema).sorry(key)


async def _away(menu: Sequence[Page], schema: Schema, request: Request, away: Exception) -> Response:
    """Answer 503 to a request whose access could not be checked because the database is unavailable."""
    with Client(ui.page(""), request=request) as client:
        Visit.begun(client, menu, schema).sorry("away", path_of(request))
        response = client.build_response(request, 503)
    response.headers["Retry-After"] = str(math.ceil(getattr(away, "retry_after", 1)))
    return response


async def _forbidden(menu: Sequence[Page], schema: Schema, request: Request, _: Exception) -> Response:
    """Answer 403 to a person whose role may not see the page."""
    with Client(ui.page(""), request=request) as client:
        Visit.begun(client, menu, schema).sorry("forbidden")
        return client.build_response(request, 403)

"""The dashboard as an ASGI application: its pages, its look, and what happens when something goes wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui

from entrypoints.dashboard.kit.inject import injecting
from entrypoints.dashboard.kit.shell import sorry
from entrypoints.dashboard.kit.words import Words
from entrypoints.dashboard.pages import estimate

if TYPE_CHECKING:
    from dishka import AsyncContainer

_HERE: Final = Path(__file__).parent
_THEME: Final = _HERE / "theme.css"
_FONT: Final = _HERE / "fonts" / "inter-latin-wght-normal.woff2"
_ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">'
    '<path d="M2 10a8 8 0 0 1 8-8h8v8a8 8 0 0 1-16 0z" fill="#0b8a9e"/></svg>'
)
_YEAR: Final = 365 * 24 * 3600


def dashboard_app(container: AsyncContainer) -> FastAPI:
    """Make the ASGI application. Once a process: NiceGUI keeps its pages in a module of its own.

    Args:
        container: where each call of a use case gets a REQUEST scope. It stays the caller's to close.
    """
    register_pages(container)
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    ui.run_with(
        host,
        root=_missing,
        title="Medcost",
        favicon=_ICON,
        dark=None,
        language="en-US",
        reconnect_timeout=60,
        tailwind=False,
        show_welcome_message=False,
    )
    return host


def register_pages(container: AsyncContainer) -> None:
    """Tell NiceGUI every page and what they look like. What nobody foresaw is logged by NiceGUI itself."""
    words = Words("en")
    for file, place in ((_THEME, "theme.css"), (_FONT, "inter.woff2")):
        pages.add_static_file(local_file=file, url_path=f"/assets/{place}", max_cache_age=_YEAR)
    look = hashlib.sha256(_THEME.read_bytes()).hexdigest()[:8]
    ui.add_head_html(
        '<link rel="preload" href="/assets/inter.woff2" as="font" type="font/woff2" crossorigin>'
        f'<link rel="stylesheet" href="/assets/theme.css?{look}">',
        shared=True,
    )
    pages.on_page_exception(lambda: sorry(words, "broken"))
    estimate.register("/", injecting(container), words)


def _missing() -> None:
    """Answer an address that no page has."""
    ui.status_code(404)
    sorry(Words("en"), "missing")

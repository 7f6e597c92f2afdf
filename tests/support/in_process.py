"""The API without a socket."""

from typing import Any, cast

import httpx
from litestar import Litestar


def client_of(app: Litestar) -> httpx.AsyncClient:
    """Call an app below /api/v1. Litestar's types of ASGI are narrower than those of httpx: one means the other."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app)), base_url="http://127.0.0.1/api/v1")

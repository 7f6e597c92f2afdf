"""URLs of resources as callers address them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection

PREFIX: Final = "/api/v1"


def place(connection: ASGIConnection[Any, Any, Any, Any], path: str) -> str:
    """Return the URL path of a path below the API's prefix, including the path at which a proxy serves it."""
    return f"{connection.scope.get('root_path', '')}{PREFIX}{path}"

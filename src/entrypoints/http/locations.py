"""URLs of resources as callers address them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.types import Scope

PREFIX: Final = "/api/v1"


def place(connection: ASGIConnection[Any, Any, Any, Any], path: str) -> str:
    """Return the URL path of a path below the API's prefix, including the path at which a proxy serves it."""
    return place_in(connection.scope, path)


def place_in(scope: Scope, path: str) -> str:
    """Return the same for the scope of a connection."""
    return f"{scope.get('root_path', '')}{PREFIX}{path}"

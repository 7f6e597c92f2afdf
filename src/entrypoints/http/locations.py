"""URLs of resources as callers address them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.connection import ASGIConnection
    from litestar.types import Scope

PREFIX: Final = "/api/v1"


def place(connection: ASGIConnection[Any, Any, Any, Any], path: str) -> str:
    """Return the URL path of a path below the API's prefix, including the path at which a proxy serves it."""
    return place_in(connection.scope, path)


def place_in(scope: Scope, path: str) -> str:
    """Return the same for the scope of a connection."""
    return f"{scope.get('root_path', '')}{PREFIX}{path}"


def next_page(
    request: ASGIConnection[Any, Any, Any, Any], path: str, parameters: Mapping[str, object]
) -> dict[str, str]:
    """Return the header fields that link to the next page of a list (RFC 8288).

    Args:
        request: for the path at which a proxy serves the API.
        path: the path of the list, below the API's prefix.
        parameters: the query of the next page; of those that are lists, each item.
    """
    return {"Link": f'<{place(request, path)}?{urlencode(parameters, doseq=True)}>; rel="next"'}

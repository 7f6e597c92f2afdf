"""Where things are, as a caller has to address them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection

PREFIX: Final = "/api/v1"


def place(connection: ASGIConnection[Any, Any, Any, Any], path: str) -> str:
    """Give the address of a path below the API's prefix, behind whatever path a proxy serves all of it at."""
    return f"{connection.scope.get('root_path', '')}{PREFIX}{path}"

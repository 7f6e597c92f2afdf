"""Parameters that stand in a query twice: only one of their values would count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from entrypoints.http.errors import BadRequestFields
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from litestar import Request

MAY_REPEAT: Final = frozenset({"map"})
"""Parameters that are lists."""


async def refuse_repeated(request: Request[Any, Any, Any]) -> None:
    """Refuse a query that gives a parameter twice.

    Raises:
        BadRequestFields: with each such parameter.
    """
    if not request.scope["query_string"]:
        return
    given = request.query_params
    twice = [name for name in given if name not in MAY_REPEAT and len(given.getall(name)) > 1]
    if twice:
        raise BadRequestFields(
            [BadField(f"/{name}", "twice", "is given more than once: only one value can count") for name in twice]
        )

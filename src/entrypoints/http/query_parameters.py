"""Parameters of a query that cannot count: unknown ones, and those that are given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar.params import QueryParameter

from domain.errors import FieldError
from entrypoints.http.auth import access
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from litestar import Request
    from litestar.handlers import BaseRouteHandler

MAY_REPEAT: Final = frozenset({"map"})
"""Parameters that are lists."""
READS_QUERY: Final = "medcost.reads_query"
"""Option of a route that reads all parameters itself, and refuses unknown ones."""


async def refuse_useless(request: Request[Any, Any, Any]) -> None:
    """Refuse a query with a parameter that the route does not know, or that is given twice.

    Open routes (health checks, documentation) ignore unknown parameters: monitors and browsers add some of their own.

    Raises:
        BadRequestFields: with each such parameter.
    """
    if not request.scope["query_string"]:
        return
    given, handler = request.query_params, request.route_handler
    wrong = [
        BadField(f"/{name}", "twice", "is given more than once: only one value can count")
        for name in given
        if name not in MAY_REPEAT and len(given.getall(name)) > 1
    ]
    if not handler.opt.keys() & {READS_QUERY, access.OPEN}:
        wrong += pointed(unknown(given, _parameters(handler)))
    if wrong:
        raise BadRequestFields(wrong)


def unknown(given: Iterable[str], names: Sequence[str]) -> list[FieldError]:
    """Return an error for each parameter that is not known, which says what is."""
    detail = f"is not a known parameter: this takes {', '.join(names) or 'none'}"
    return [FieldError(name, "unknown", detail) for name in dict.fromkeys(given) if name not in names]


def _parameters(handler: BaseRouteHandler) -> list[str]:
    """Return the names of a route's parameters."""
    arguments = handler.parsed_fn_signature.parameters
    return [name for name, field in arguments.items() if isinstance(field.kwarg_definition, QueryParameter)]

"""The route of the schema of people."""

from __future__ import annotations

from typing import Final

from litestar import Request, Response, get
from litestar.di import NamedDependency

from entrypoints.http.schemas.facts import SchemaOut
from entrypoints.http.shared import Shared
from entrypoints.http.tagged import tagged

TAGS: Final = ["facts"]


@get("/schema", operation_id="get_schema", tags=TAGS, summary="Get the facts that are asked here")
async def get_schema(request: Request, shared: NamedDependency[Shared]) -> Response[SchemaOut]:
    """Return the facts that describe a person (names, kinds, limits, choices and labels), and the predicted cost.

    Send the `ETag` of an earlier response as `If-None-Match` to get 304 if nothing has changed.
    """
    return tagged(request, SchemaOut.of(shared.schema))  # labels count too: the digest alone does not cover them


HANDLERS: Final = (get_schema,)

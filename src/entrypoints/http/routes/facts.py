"""The route that says what is asked about a person here."""

from __future__ import annotations

from typing import Final

from litestar import Request, Response, get
from litestar.di import NamedDependency

from entrypoints.http.schemas.facts import SchemaOut
from entrypoints.http.shared import Shared
from entrypoints.http.tagged import tagged

TAGS: Final = ["facts"]


@get("/schema", operation_id="get_schema", tags=TAGS, summary="The facts of this installation")
async def get_schema(request: Request, shared: NamedDependency[Shared]) -> Response[SchemaOut]:
    """What is asked about a person: names, kinds, limits, choices and words; and the cost that is predicted.

    Send the `ETag` of an earlier answer as `If-None-Match`, and 304 says that nothing has changed.
    """
    return tagged(request, SchemaOut.of(shared.schema))  # its words for people change it, not only the digest


HANDLERS: Final = (get_schema,)

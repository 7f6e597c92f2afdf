"""The route that says what is asked about a person here."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from entrypoints.http.codecs.decoding import JSON
from entrypoints.http.schemas.facts import SchemaOut
from entrypoints.http.shared import Shared

TAGS: Final = ["facts"]
_CACHED: Final = "private, no-cache"
"""A copy is checked by its ETag before each use: a process that starts with another schema answers anew."""


@get("/schema", operation_id="get_schema", tags=TAGS, summary="The facts of this installation")
async def get_schema(request: Request, shared: NamedDependency[Shared]) -> Response[SchemaOut]:
    """What is asked about a person: names, kinds, limits, choices and words; and the cost that is predicted.

    Send the `ETag` of an earlier answer as `If-None-Match`, and 304 says that nothing has changed.
    """
    body: Any = msgspec.json.encode(SchemaOut.of(shared.schema))
    # words for people change the answer and not the schema's digest
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": _CACHED}
    tags = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in tags or "*" in tags:
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]  # it has no body
    return Response(body, media_type=JSON, headers=headers)


HANDLERS: Final = (get_schema,)

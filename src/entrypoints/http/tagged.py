"""Responses with an entity tag (`ETag`) of their content, for conditional requests (RFC 9110, section 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response

from entrypoints.http.codecs.decoding import JSON

_CHECKED: Final = "private, no-cache"
"""Cache-Control of tagged responses: a cached copy is revalidated before each use."""

_Content = TypeVar("_Content")


def has_tag(request: Request, tag: str) -> bool:
    """Return whether `If-None-Match` contains a tag, by weak comparison: the caller has the content already."""
    given = [other.strip().removeprefix("W/") for other in request.headers.get("if-none-match", "").split(",")]
    return tag in given or "*" in given


def tagged(request: Request, content: _Content) -> Response[_Content]:
    """Return 200 with the content as JSON and its tag, or 304 if `If-None-Match` contains the tag.

    Args:
        request: the request, whose `If-None-Match` is compared weakly.
        content: the object to encode; equal content has an equal tag in every process.
    """
    body: Any = msgspec.json.encode(content)
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": _CHECKED}
    if has_tag(request, tag):
        nothing: Any = None
        return Response(nothing, status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)

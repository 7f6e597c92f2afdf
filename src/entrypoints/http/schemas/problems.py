"""Schemas of errors by RFC 9457."""

from __future__ import annotations

import msgspec

from entrypoints.http.schemas.common import Text


class BadField(msgspec.Struct, frozen=True):
    """A broken rule and its place: a JSON pointer into the body, or a slash and the name of a parameter."""

    pointer: str
    code: str
    detail: Text


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error by RFC 9457."""

    type: str
    title: Text
    status: int
    detail: Text
    instance: str
    errors: list[BadField] | None = None

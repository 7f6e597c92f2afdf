"""The identifier of the current request, for log lines and for requests to the model server."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from structlog.typing import EventDict

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""Identifier of the current request; empty outside of requests."""


def with_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Add the identifier of the current request to a log line."""
    if request_id := REQUEST_ID.get():
        event["request_id"] = request_id
    return event

"""The identifier of the request under way, for log lines and for questions to the model server."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from structlog.typing import EventDict

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""Empty outside of any request. The server gives each request a context of its own."""


def with_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Name the request in a log line."""
    if request_id := REQUEST_ID.get():
        event["request_id"] = request_id
    return event

"""A filter of messages on the pages' websocket, so that clients cannot fill the log."""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from socketio import AsyncServer

_MALFORMED: Final = (LookupError, TypeError, ValueError, AttributeError)


def quiet(server: AsyncServer) -> None:
    """Drop messages that would log their own text, and messages that the pages do not send.

    NiceGUI writes the first into the log as they are. For each of the others, of a few bytes, it or its libraries
    would write a traceback of up to eight kilobytes. What our own handlers of events raise is logged before it comes
    here.
    """
    engine: Any = server.eio
    for library in (server, engine):
        library.logger.setLevel(logging.CRITICAL)
    engine.handle_request = _checked(engine.handle_request)
    for event, handler in [*server.handlers["/"].items()]:
        server.on(event, _ignored if event == "log" else _checked(handler))


def _ignored(*_: object) -> None:
    """Ignore an event without logging it."""


def _checked(handler: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def handle(*message: Any) -> Any:
        try:
            answer = handler(*message)
            return await answer if inspect.isawaitable(answer) else answer
        except _MALFORMED as flaw:
            structlog.get_logger().debug("malformed_message", flaw=type(flaw).__name__)

    return handle

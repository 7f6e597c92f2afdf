"""What strangers send through the pages' websocket."""

from __future__ import annotations

import pytest
import structlog
from socketio import AsyncServer

from entrypoints.dashboard.socket import quiet


@pytest.fixture
def server() -> AsyncServer:
    """A server with a page's handlers: one that logs the messages, and one that reads a message."""
    made = AsyncServer(async_mode="asgi")
    messages: list[str] = []
    made.on("log", lambda sid, message: messages.append(message))
    made.on("event", lambda sid, message: message["id"].upper())
    made.on("messages", lambda sid: messages)
    quiet(made)
    return made


async def test_nobody_writes_the_log_through_the_socket(server: AsyncServer):
    server.handlers["/"]["log"]("sid", "x" * 1_000_000)
    assert await server.handlers["/"]["messages"]("sid") == []


@pytest.mark.parametrize("message", [{}, None, [], {"id": 3}, "text"])
async def test_a_message_that_no_page_sends_leaves_no_traceback(server: AsyncServer, message: object):
    with structlog.testing.capture_logs() as logs:
        assert await server.handlers["/"]["event"]("sid", message) is None
    assert [line["log_level"] for line in logs] == ["debug"]


async def test_a_message_of_a_page_is_handled(server: AsyncServer):
    assert await server.handlers["/"]["event"]("sid", {"id": "a"}) == "A"

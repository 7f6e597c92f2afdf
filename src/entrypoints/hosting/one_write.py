"""Responses whose head is sent together with their body."""

from __future__ import annotations

import asyncio


class OneWrite(asyncio.Transport):
    """The transport of one response, which holds the head back until the first part of the body.

    ASGI asks servers for this. uvicorn sends the head at once: a second call of the operating system for each
    response, and often a second read for the client.

    Args:
        transport: the transport of the connection.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._head: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hold the head, which comes first; write each part of the body."""
        if self._head is None:
            self._head = bytes(data)
            return
        self._transport.write(self._head + data if self._head else data)
        self._head = b""

    def close(self) -> None:
        """Close the connection, after a head without a body was sent."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether the connection is closing or closed."""
        return self._transport.is_closing()

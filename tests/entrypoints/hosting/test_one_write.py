"""Head and body of a response go together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import uvicorn
from uvicorn.server import ServerState

from entrypoints.hosting.serving import Protocol

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
PARTS = [b"one", b"two", b"three"]


class Wire(asyncio.Transport):
    """A transport that keeps what is written, each write by itself."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.writes: list[bytes] = []
        self.written = asyncio.Event()
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))
        self.written.set()

    def close(self) -> None:
        self._closing = True
        self.written.set()

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Application:
    """Answers with a body in parts, each when it is let go; reads a body at `/read`, and fails at `/fails`."""

    def __init__(self) -> None:
        self.let_go = asyncio.Queue[bytes]()

    async def __call__(self, scope, receive, send) -> None:
        if scope["path"] == "/read":
            await receive()
        length = [(b"content-length", b"11")] if scope["path"] == "/length" else []
        await send({**HEAD, "headers": [*HEAD["headers"], *length]})
        if scope["path"] == "/fails":
            raise RuntimeError
        for _ in PARTS:
            part = await self.let_go.get()
            await send({"type": "http.response.body", "body": part, "more_body": part is not PARTS[-1]})


@pytest.fixture
async def served() -> AsyncIterator[tuple[Application, Wire, Protocol]]:
    application, wire = Application(), Wire()
    config = uvicorn.Config(application, lifespan="off", log_level="critical")
    config.load()
    protocol = partial(Protocol, head_within=60)(config, ServerState(), {}, _loop=asyncio.get_running_loop())
    protocol.connection_made(wire)
    yield application, wire, protocol
    protocol.connection_lost(None)


async def next_write(wire: Wire) -> bytes:
    await wire.written.wait()
    wire.written.clear()
    return wire.writes[-1]


@pytest.mark.parametrize("path", ["/length", "/chunked"])
async def test_the_head_goes_with_the_first_part_and_each_other_part_at_once(served, path):
    application, wire, protocol = served
    protocol.data_received(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    for number, part in enumerate(PARTS, 1):
        await application.let_go.put(part)
        written = await next_write(wire)
        assert part in written
        assert written.startswith(b"HTTP/1.1 200 OK\r\n") == (number == 1)
        assert len(wire.writes) == number


async def test_a_response_without_a_body_is_sent_to_head(served):
    _, wire, protocol = served
    protocol.data_received(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await next_write(wire)).endswith(b"\r\n\r\n")
    assert len(wire.writes) == 1


async def test_a_client_that_asks_whether_it_may_send_a_body_hears_so_at_once(served):
    _, wire, protocol = served
    protocol.data_received(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert await next_write(wire) == b"HTTP/1.1 100 Continue\r\n\r\n"


async def test_two_requests_at_once_are_answered_in_their_order(served):
    application, wire, protocol = served
    protocol.data_received(b"GET /length HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
    for part in PARTS * 2:
        application.let_go.put_nowait(part)
        await next_write(wire)
    answers = b"".join(wire.writes).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.rpartition(b"\r\n\r\n")[2] for answer in answers] == [b"".join(PARTS)] * 2


async def test_the_head_of_a_response_that_fails_is_sent_and_the_connection_closed(served):
    _, wire, protocol = served
    protocol.data_received(b"GET /fails HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await next_write(wire)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.is_closing()

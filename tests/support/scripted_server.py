"""A model server that answers as a test says, byte by byte."""

import asyncio
from contextlib import asynccontextmanager

from adapters.bentoml import wire
from domain.costs.distribution import CostDistribution
from domain.costs.estimate_columns import EstimateColumns
from domain.costs.prediction import Estimate
from tests.support.default_schema import DEFAULT


def frame(model, rows):
    return wire.encode_answer(
        EstimateColumns.of(model, [Estimate(CostDistribution(7.0, (7.0,) * 99), (), model)] * rows)
    )


def http(status, body, *headers):
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def head_of_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))
    return head.lower()


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return await reader.readexactly(int(length.split(b":")[1]))


@asynccontextmanager
async def server(answer, path=None):
    """Run a server that handles each connection by `answer(reader, writer)`, and yield its address."""
    connections = []

    async def handle(reader, writer):
        connections.append(writer)
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            writer.close()

    if path:
        listening = await asyncio.start_unix_server(handle, path)
        yield f"unix:{path}"
    else:
        listening = await asyncio.start_server(handle, "127.0.0.1", 0)
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()
    for connection in connections:
        connection.close()


def always(*answers):
    """Answer requests in turn, over all connections; the last answer is repeated."""
    left = list(answers)

    async def answer(reader, writer):
        while True:
            body = await read_request(reader)
            given = left.pop(0) if len(left) > 1 else left[0]
            writer.write(given(body) if callable(given) else given)
            await writer.drain()

    return answer


def rows_of(body):
    return len(wire.decode_request(body, DEFAULT))

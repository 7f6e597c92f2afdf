"""The port `model_servers`: one suite over every adapter."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from adapters.bentoml.model_servers import HttpModelServers
from adapters.memory.model_servers import MemoryModelServers
from domain.errors import Unavailable
from domain.models.replica import Replica
from domain.ports.model_servers import ModelServers

SERVING = '{"version": 3, "digest": "' + "c" * 64 + '", "refused": ""}'
EMPTY = '{"detail": "nothing was published yet"}'


class Answering:
    """Servers on this machine's loopback that give one answer each."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def listen(self, status: str, body: str) -> str:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write((head + body).encode())
            await writer.drain()
            writer.close()

        server = await self._stack.enter_async_context(await asyncio.start_server(answer, "127.0.0.1", 0))
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    async with AsyncExitStack() as stack:
        yield Answering(stack)


@pytest.fixture(params=["memory", "http"])
def servers_at(request: pytest.FixtureRequest) -> Callable[[Sequence[Replica]], ModelServers]:
    """`servers_at(replicas)` asks where these replicas are."""
    if request.param == "http":
        return lambda replicas: HttpModelServers([replica.address for replica in replicas])
    return lambda replicas: MemoryModelServers([replicas])


async def test_each_replica_says_by_which_model_it_answers(servers_at, answering):
    serving = Replica(await answering.listen("200 OK", SERVING), 3, "c" * 64, "")
    empty = Replica(await answering.listen("503 Away", EMPTY), None, "", "nothing was published yet")
    assert await servers_at([serving, empty]).replicas() == [serving, empty]


async def test_without_replicas_none_answer(servers_at):
    assert await servers_at([]).replicas() == []


async def test_where_nobody_listens_there_is_no_replica(answering):
    async with AsyncExitStack() as stack:
        gone = await Answering(stack).listen("200 OK", SERVING)
    here = await answering.listen("200 OK", SERVING)
    assert [replica.address for replica in await HttpModelServers([gone, here]).replicas()] == [here]


async def test_an_answer_that_is_no_json_is_trouble(answering):
    (replica,) = await HttpModelServers([await answering.listen("200 OK", "<html>")]).replicas()
    assert (replica.version, replica.trouble) == (None, "does not answer (JSONDecodeError)")


async def test_an_unknown_name_is_unavailable():
    with pytest.raises(Unavailable, match=r"no model servers at http://nowhere\.invalid:3000"):
        await HttpModelServers(["http://nowhere.invalid:3000"]).replicas()


async def test_a_failure_on_request_is_raised():
    with pytest.raises(Unavailable):
        await MemoryModelServers(failure=Unavailable("away")).replicas()

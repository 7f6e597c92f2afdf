"""Bodies that come in pieces, late, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from entrypoints.hosting.arrivals import Arrivals
from entrypoints.hosting.bodies import WHOLE

Messages = list[dict]


async def length(scope, receive, send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def post(
    app: Arrivals,
    receive: Callable[[], Awaitable[dict]],
    path: str = "/page",
    client: str = "192.0.2.1",
    *,
    arrived: bool = False,
) -> Messages:
    """What is answered to a body of 100 bytes that comes as ``receive`` gives it."""
    messages: Messages = []

    async def send(message) -> None:
        messages.append(message)

    headers = [(b"content-length", b"100")]
    scope = {"type": "http", "path": path, "method": "POST", "headers": headers, "client": (client, 1)}
    await app(scope | ({WHOLE: True} if arrived else {}), receive, send)
    return messages


def body(*parts: bytes) -> Callable[[], Awaitable[dict]]:
    """A body that comes in parts; without any, and behind the last, nothing comes."""
    left = [*parts]

    async def receive() -> dict:
        if not left:
            await asyncio.Event().wait()
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left) or part.endswith(b"...")}

    return receive


async def hung_up() -> dict:
    return {"type": "http.disconnect"}


async def test_a_body_that_comes_whole_is_answered_by_the_application():
    messages = await post(Arrivals(length, within=60), body(b"x" * 60, b"x" * 40))
    assert (messages[0]["status"], messages[1]["body"]) == (200, b"100")


async def test_a_body_that_has_arrived_already_is_never_late():
    messages = await post(Arrivals(length, within=-1), body(b"x" * 100), arrived=True)
    assert (messages[0]["status"], messages[1]["body"]) == (200, b"100")


@pytest.mark.parametrize("path", ["/page", "/api/v1/predictions"])
async def test_a_body_that_does_not_come_in_time_is_answered_by_408(path: str):
    messages = await post(Arrivals(length, within=-1), body(b"x..."), path)
    assert (messages[0]["status"], len(messages)) == (408, 2)
    assert (b"connection", b"close") in messages[0]["headers"]
    assert json.loads(messages[1]["body"])["status"] == 408


async def test_a_large_body_gets_the_time_that_it_needs():
    parts = [b"x" * 1_000_000] * 20
    app = Arrivals(length, within=60)
    messages = await post(app, body(*parts))
    assert messages[1]["body"] == b"20000000"


async def test_of_one_subscriber_the_oldest_body_gives_way_and_that_of_another_does_not():
    app = Arrivals(length, within=60, bodies_each=5)
    other = asyncio.create_task(post(app, body(), client="198.51.100.1"))
    stalled = [asyncio.create_task(post(app, body())) for _ in range(5)]
    await asyncio.sleep(0)
    honest = await post(app, body(b"x"))
    assert honest[0]["status"] == 200
    assert (await stalled[0])[0]["status"] == 408
    assert not any(task.done() for task in (other, *stalled[1:]))
    for task in (other, *stalled[1:]):
        task.cancel()


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_client_that_hangs_up_is_no_failure(arrived: bool):
    assert await post(Arrivals(length, within=60), hung_up, arrived=arrived) == []


async def test_a_failure_of_the_application_is_not_hidden():
    async def broken(scope, receive, send) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await post(Arrivals(broken, within=60), body(b"x"))


async def test_what_is_streamed_back_is_cut_by_nothing():
    async def twice(scope, receive, send) -> None:
        await Request(scope, receive).body()
        await StreamingResponse(iter([b"a", b"b"]))(scope, receive, send)

    messages = await post(Arrivals(twice, within=60), body(b"x"))
    assert b"".join(message.get("body", b"") for message in messages) == b"ab"


async def test_one_subscriber_opens_only_so_many_pages():
    held = asyncio.Event()

    async def page(scope, receive, send) -> None:
        await held.wait()

    app, sent = Arrivals(page, within=60, sockets_each=5), []

    async def connect() -> dict:
        return {"type": "websocket.connect"}

    async def send(message) -> None:
        sent.append(message["type"])

    scope = {"type": "websocket", "path": "/", "headers": [], "client": ("192.0.2.1", 1)}
    tasks = [asyncio.create_task(app({**scope}, connect, send)) for _ in range(6)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert (sent, [task.done() for task in tasks].count(True)) == (["websocket.close"], 1)
    held.set()
    await asyncio.gather(*tasks)
    await app({**scope}, connect, send)
    assert sent == ["websocket.close"]

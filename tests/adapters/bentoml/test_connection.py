"""The client beside servers that fail in every way a server can."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from adapters.bentoml.connection import ModelServer
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from domain.costs.prediction import ModelReference
from domain.errors import ConfigurationError, PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.scripted_server import always, frame, head_of_request, http, read_request, rows_of, server

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
model_one, two = ModelReference(1, "one"), ModelReference(2, "two")


async def hang(reader, _writer):
    await reader.read()


async def hang_up(reader, _writer):
    await read_request(reader)


BROKEN = {
    "hangs": hang,
    "hangs up": hang_up,
    "no HTTP": always(b"hello?\r\n\r\n"),
    "no frame": always(http(200, b"hello?")),
    "cut off": always(http(200, frame(model_one, 1)[:-1])),
    "another number of rows": always(http(200, frame(model_one, 2))),
    "500": always(http(500, b"")),
    "a redirect": always(http(307, b"", "location: http://example.invalid/")),
    "no length": always(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "too long": always(f"HTTP/1.1 200 OK\r\ncontent-length: {10**12}\r\n\r\n".encode()),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_whatever_a_server_does_wrong_is_unavailability(how):
    async with server(BROKEN[how]) as address:
        model_server = ModelServer(address, deadline=0.2)
        for question in (
            BentoPredictor(model_server).predict([ann]),
            BentoPredictor(model_server).model(),
            BentoExplainer(model_server).explain(ann),
        ):
            with pytest.raises(PredictorUnavailable):
                await question
        await model_server.close()


async def test_a_server_without_a_model_says_when_to_come_back_and_why():
    refusal = http(503, b'{"detail": "no model is published yet"}', "retry-after: 7")
    async with server(always(refusal)) as address:
        model_server = ModelServer(address)
        with pytest.raises(PredictorUnavailable, match="no model is published yet") as caught:
            await BentoPredictor(model_server).predict([ann])
        await model_server.close()
    assert caught.value.retry_after == 7


async def test_a_kept_connection_that_died_meanwhile_is_not_noticed():
    connections = 0

    async def once(reader, writer):
        nonlocal connections
        connections += 1
        writer.write(http(200, frame(model_one, rows_of(await read_request(reader)))))
        await writer.drain()
        if connections == 1:
            await read_request(reader)  # the next question finds nobody

    async with server(once) as address:
        model_server = ModelServer(address)
        predictor = BentoPredictor(model_server)
        assert [(await predictor.predict([ann]))[0].model for _ in range(2)] == [model_one, model_one]
        await model_server.close()
    assert connections == 2


async def test_a_dying_connection_does_not_disturb_the_neighbours():
    first, slow = asyncio.Event(), asyncio.Event()
    questions = []

    async def answer(reader, writer):
        while True:
            rows = rows_of(await read_request(reader))
            questions.append(rows)
            if rows == 2:
                first.set()
                await slow.wait()
            elif not slow.is_set():
                slow.set()
                return  # hangs up on the second question, while the first is being answered
            writer.write(http(200, frame(model_one, rows)))
            await writer.drain()

    async with server(answer) as address:
        model_server = ModelServer(address)
        predictor = BentoPredictor(model_server)
        neighbour = asyncio.create_task(predictor.predict([ann, ann]))
        await first.wait()
        assert len(await predictor.predict([ann])) == 1
        assert len(await neighbour) == 2
        await model_server.close()
    assert sorted(questions) == [1, 1, 2]


async def test_a_server_that_came_back_elsewhere_is_found():
    where = []
    model_server = ModelServer(lambda: where[-1])
    async with server(always(lambda body: http(200, frame(model_one, rows_of(body))))) as address:
        where.append(address)
        assert (await BentoPredictor(model_server).predict([ann]))[0].model == model_one
    async with server(always(lambda body: http(200, frame(two, rows_of(body))))) as address:
        where.append(address)
        assert (await BentoPredictor(model_server).predict([ann]))[0].model == two
        await model_server.close()


async def test_it_speaks_over_a_unix_socket_too():
    with tempfile.TemporaryDirectory() as short:  # socket paths end at 107 bytes: pytest's folders may be longer
        path = Path(short) / "s"
        async with server(always(lambda body: http(200, frame(model_one, rows_of(body)))), path) as address:
            model_server = ModelServer(address)
            assert (await BentoPredictor(model_server).predict([ann]))[0].cost.expected == 7
            await model_server.close()


@pytest.mark.parametrize("address", ["model:3000", "model", "", "ftp://model:3000", "http://:3000", "http://model:no"])
def test_what_is_no_address_is_said_at_once(address):
    with pytest.raises(ConfigurationError, match="no address"):
        ModelServer(address)


async def test_the_server_is_called_by_its_name():
    heads = []

    async def answer(reader, writer):
        heads.append(await head_of_request(reader))
        writer.write(http(200, frame(model_one, 1)))

    async with server(answer) as address:
        model_server = ModelServer(address)
        await BentoPredictor(model_server).predict([ann])
        await model_server.close()
        assert f"host: {address.removeprefix('http://')}\r\n".encode() in heads[0]


async def test_who_stops_waiting_hangs_up():
    asked_for, gone = asyncio.Event(), asyncio.Event()

    async def answer(reader, writer):
        await read_request(reader)
        asked_for.set()
        assert await reader.read() == b""
        gone.set()

    async with server(answer) as address:
        model_server = ModelServer(address)
        waiting = asyncio.create_task(BentoPredictor(model_server).predict([ann, ann]))
        await asked_for.wait()
        waiting.cancel()
        await asyncio.wait_for(gone.wait(), 5)
        await model_server.close()


async def test_no_more_connections_are_opened_than_allowed():
    at_once = most = 0

    async def answer(reader, writer):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        while True:
            rows = rows_of(await read_request(reader))
            await asyncio.sleep(0.01)
            writer.write(http(200, frame(model_one, rows)))

    async with server(answer) as address:
        model_server = ModelServer(address, connections=3)
        await asyncio.gather(*(BentoPredictor(model_server).predict([ann, ann]) for _ in range(12)))
        await model_server.close()
    assert most == 3


@pytest.mark.parametrize("more", [http(200, frame(two, 1)), http(200, frame(two, 1))[:50], b"and so on"])
async def test_what_follows_an_answer_is_no_answer_to_the_next(more):
    async def answer(reader, writer):
        writer.write(http(200, frame(model_one, rows_of(await read_request(reader)))) + more)
        await writer.drain()
        await read_request(reader)

    async with server(answer) as address:
        model_server = ModelServer(address)
        predictor = BentoPredictor(model_server)
        assert [(await predictor.predict([ann]))[0].model for _ in range(3)] == [model_one] * 3
        await model_server.close()


async def test_words_that_nobody_asked_for_end_the_connection():
    connections = 0

    async def answer(reader, writer):
        nonlocal connections
        connections += 1
        writer.write(http(200, frame(model_one, rows_of(await read_request(reader)))))
        await writer.drain()
        writer.write(http(200, frame(two, 1)))  # an answer to a question that comes later
        await read_request(reader)

    async with server(answer) as address:
        model_server = ModelServer(address)
        predictor = BentoPredictor(model_server)
        for _ in range(3):
            assert (await predictor.predict([ann]))[0].model == model_one
            await asyncio.sleep(0.05)  # until the words are here
        await model_server.close()
    assert connections == 3

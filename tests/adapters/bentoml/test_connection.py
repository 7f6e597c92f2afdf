"""The client beside servers that fail in every way a server can."""

import asyncio
import tempfile
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import pytest

from adapters.bentoml import wire
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from domain.beneficiary import Beneficiary, Region, Sex
from domain.cost import CostDistribution
from domain.errors import ConfigurationError, PredictorUnavailable
from domain.prediction import Estimate, EstimateColumns, ModelReference

ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)
one, two = ModelReference(1, "one"), ModelReference(2, "two")


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
    """A server whose every connection is handled by `answer(reader, writer)`."""

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
    """Answers to requests, in turn, over all connections; the last one for ever."""
    left = list(answers)

    async def answer(reader, writer):
        while True:
            body = await read_request(reader)
            given = left.pop(0) if len(left) > 1 else left[0]
            writer.write(given(body) if callable(given) else given)
            await writer.drain()

    return answer


def rows_of(body):
    return len(wire.decode_request(body))


async def hang(reader, _writer):
    await reader.read()


async def hang_up(reader, _writer):
    await read_request(reader)


BROKEN = {
    "hangs": hang,
    "hangs up": hang_up,
    "no HTTP": always(b"hello?\r\n\r\n"),
    "no frame": always(http(200, b"hello?")),
    "cut off": always(http(200, frame(one, 1)[:-1])),
    "another number of rows": always(http(200, frame(one, 2))),
    "500": always(http(500, b"")),
    "a redirect": always(http(307, b"", "location: http://example.invalid/")),
    "no length": always(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "too long": always(f"HTTP/1.1 200 OK\r\ncontent-length: {10**12}\r\n\r\n".encode()),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_whatever_a_server_does_wrong_is_unavailability(how):
    async with server(BROKEN[how]) as address:
        asked = ModelServer(address, deadline=0.5)
        for question in (
            BentoPredictor(asked).predict([ann]),
            BentoPredictor(asked).model(),
            BentoExplainer(asked).explain(ann),
        ):
            with pytest.raises(PredictorUnavailable):
                await question
        await asked.close()


async def test_a_server_without_a_model_says_when_to_come_back_and_why():
    refusal = http(503, b'{"detail": "no model is published yet"}', "retry-after: 7")
    async with server(always(refusal)) as address:
        asked = ModelServer(address)
        with pytest.raises(PredictorUnavailable, match="no model is published yet") as told:
            await BentoPredictor(asked).predict([ann])
        await asked.close()
    assert told.value.retry_after == 7


async def test_a_kept_connection_that_died_meanwhile_is_not_noticed():
    connections = 0

    async def once(reader, writer):
        nonlocal connections
        connections += 1
        writer.write(http(200, frame(one, rows_of(await read_request(reader)))))
        await writer.drain()
        if connections == 1:
            await read_request(reader)  # the next question finds nobody

    async with server(once) as address:
        asked = ModelServer(address)
        predictor = BentoPredictor(asked)
        assert [(await predictor.predict([ann]))[0].model for _ in range(2)] == [one, one]
        await asked.close()
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
            writer.write(http(200, frame(one, rows)))
            await writer.drain()

    async with server(answer) as address:
        asked = ModelServer(address)
        predictor = BentoPredictor(asked)
        neighbour = asyncio.create_task(predictor.predict([ann, ann]))
        await first.wait()
        assert len(await predictor.predict([ann])) == 1
        assert len(await neighbour) == 2
        await asked.close()
    assert sorted(questions) == [1, 1, 2]


async def test_a_server_that_came_back_elsewhere_is_found():
    where = []
    asked = ModelServer(lambda: where[-1])
    async with server(always(lambda body: http(200, frame(one, rows_of(body))))) as address:
        where.append(address)
        assert (await BentoPredictor(asked).predict([ann]))[0].model == one
    async with server(always(lambda body: http(200, frame(two, rows_of(body))))) as address:
        where.append(address)
        assert (await BentoPredictor(asked).predict([ann]))[0].model == two
        await asked.close()


async def test_it_speaks_over_a_unix_socket_too():
    with tempfile.TemporaryDirectory() as short:  # socket paths end at 107 bytes: pytest's folders may be longer
        path = Path(short) / "s"
        async with server(always(lambda body: http(200, frame(one, rows_of(body)))), path) as address:
            asked = ModelServer(address)
            assert (await BentoPredictor(asked).predict([ann]))[0].cost.expected == 7
            await asked.close()


async def test_a_long_batch_is_asked_in_parts():
    sizes = []

    def note(body):
        sizes.append(rows_of(body))
        return http(200, frame(one, sizes[-1]))

    async with server(always(note)) as address:
        asked = ModelServer(address, deadline=30)
        assert len(await BentoPredictor(asked).predict([ann] * 4500)) == 4500
        await asked.close()
    assert sizes == [2048, 2048, 404]


async def test_a_model_swapped_within_a_batch_has_all_of_it_answered_anew():
    by_one, by_two = (lambda body, model=model: http(200, frame(model, rows_of(body))) for model in (one, two))
    async with server(always(by_one, by_two)) as address:
        asked = ModelServer(address, deadline=30)
        answers = await BentoPredictor(asked).predict([ann] * 2049)
        await asked.close()
    assert {estimate.model for estimate in answers} == {two}


async def test_models_that_never_settle_give_no_mixed_answer():
    turns = [one, two] * 3
    async with server(
        always(*(lambda body, model=model: http(200, frame(model, rows_of(body))) for model in turns))
    ) as address:
        asked = ModelServer(address, deadline=30)
        with pytest.raises(PredictorUnavailable, match="replaced"):
            await BentoPredictor(asked).predict([ann] * 2049)
        await asked.close()


async def test_the_server_is_told_which_requests_share_a_question():
    heads = []

    async def answer(reader, writer):
        while True:
            heads.append(await head_of_request(reader))
            rows = int(heads[-1].partition(b"content-length: ")[2].split()[0]) // 48
            writer.write(http(200, frame(one, rows)))

    names = iter("abcdef")
    async with server(answer) as address:
        asked = ModelServer(address, told=lambda: next(names))
        predictor = BentoPredictor(asked)
        await asyncio.gather(*(predictor.predict([ann]) for _ in range(4)))
        await asked.close()
    named = [head.partition(b"x-request-id: ")[2].split(b"\r\n")[0].decode() for head in heads]
    assert ",".join(named).split(",") == list("abcd")
    assert any("," in together for together in named)


async def test_a_question_carries_what_its_trace_hands_on():
    heads = []

    async def answer(reader, writer):
        heads.append(await head_of_request(reader))
        writer.write(http(200, frame(one, 1)))

    async with server(answer) as address:
        asked = ModelServer(address, traced=lambda question: nullcontext({"traceparent": f"of {question}"}))
        await BentoPredictor(asked).predict([ann])
        await asked.close()
    assert b"traceparent: of post /v1/predict\r\n" in heads[0]


@pytest.mark.parametrize("address", ["model:3000", "model", "", "ftp://model:3000", "http://:3000", "http://model:no"])
def test_what_is_no_address_is_said_at_once(address):
    with pytest.raises(ConfigurationError, match="no address"):
        ModelServer(address)


async def test_the_server_is_called_by_its_name():
    heads = []

    async def answer(reader, writer):
        heads.append(await head_of_request(reader))
        writer.write(http(200, frame(one, 1)))

    async with server(answer) as address:
        asked = ModelServer(address)
        await BentoPredictor(asked).predict([ann])
        await asked.close()
        assert f"host: {address.removeprefix('http://')}\r\n".encode() in heads[0]


async def test_who_stops_waiting_hangs_up():
    asked_for, gone = asyncio.Event(), asyncio.Event()

    async def answer(reader, writer):
        await read_request(reader)
        asked_for.set()
        assert await reader.read() == b""
        gone.set()

    async with server(answer) as address:
        asked = ModelServer(address)
        waiting = asyncio.create_task(BentoPredictor(asked).predict([ann, ann]))
        await asked_for.wait()
        waiting.cancel()
        await asyncio.wait_for(gone.wait(), 5)
        await asked.close()


async def test_no_more_connections_are_opened_than_allowed():
    at_once = most = 0

    async def answer(reader, writer):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        while True:
            rows = rows_of(await read_request(reader))
            await asyncio.sleep(0.01)
            writer.write(http(200, frame(one, rows)))

    async with server(answer) as address:
        asked = ModelServer(address, connections=3)
        await asyncio.gather(*(BentoPredictor(asked).predict([ann, ann]) for _ in range(12)))
        await asked.close()
    assert most == 3


@pytest.mark.parametrize("more", [http(200, frame(two, 1)), http(200, frame(two, 1))[:50], b"and so on"])
async def test_what_follows_an_answer_is_no_answer_to_the_next(more):
    async def answer(reader, writer):
        writer.write(http(200, frame(one, rows_of(await read_request(reader)))) + more)
        await writer.drain()
        await read_request(reader)

    async with server(answer) as address:
        asked = ModelServer(address)
        predictor = BentoPredictor(asked)
        assert [(await predictor.predict([ann]))[0].model for _ in range(3)] == [one] * 3
        await asked.close()


async def test_words_that_nobody_asked_for_end_the_connection():
    connections = 0

    async def answer(reader, writer):
        nonlocal connections
        connections += 1
        writer.write(http(200, frame(one, rows_of(await read_request(reader)))))
        await writer.drain()
        writer.write(http(200, frame(two, 1)))  # an answer to a question that comes later
        await read_request(reader)

    async with server(answer) as address:
        asked = ModelServer(address)
        predictor = BentoPredictor(asked)
        for _ in range(3):
            assert (await predictor.predict([ann]))[0].model == one
            await asyncio.sleep(0.05)  # until the words are here
        await asked.close()
    assert connections == 3

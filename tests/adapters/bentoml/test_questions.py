"""What is asked over a connection: a batch in parts, by one model, with its trace."""

import asyncio
from contextlib import nullcontext

import pytest

from adapters.bentoml import wire
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.predictor import BentoPredictor
from domain.costs.prediction import ModelReference
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.scripted_server import always, frame, head_of_request, http, rows_of, server

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
model_one, two = ModelReference(1, "one"), ModelReference(2, "two")

EMPTY = len(wire.encode_request([ann])) - 48
"""Bytes of a question before its rows of six numbers."""


async def test_a_long_batch_is_asked_in_parts():
    sizes = []

    def note(body):
        sizes.append(rows_of(body))
        return http(200, frame(model_one, sizes[-1]))

    async with server(always(note)) as address:
        model_server = ModelServer(address, deadline=30)
        assert len(await BentoPredictor(model_server).predict([ann] * 1_100)) == 1_100
        await model_server.close()
    assert sizes == [512, 512, 76]


async def test_a_model_swapped_within_a_batch_has_all_of_it_answered_anew():
    by_one, by_two = (lambda body, model=model: http(200, frame(model, rows_of(body))) for model in (model_one, two))
    async with server(always(by_one, by_two)) as address:
        model_server = ModelServer(address, deadline=30)
        answers = await BentoPredictor(model_server).predict([ann] * 513)
        await model_server.close()
    assert {estimate.model for estimate in answers} == {two}


async def test_models_that_never_settle_give_no_mixed_answer():
    turns = [model_one, two] * 3
    async with server(
        always(*(lambda body, model=model: http(200, frame(model, rows_of(body))) for model in turns))
    ) as address:
        model_server = ModelServer(address, deadline=30)
        with pytest.raises(PredictorUnavailable, match="replaced"):
            await BentoPredictor(model_server).predict([ann] * 513)
        await model_server.close()


async def test_the_server_is_told_which_requests_share_a_question():
    heads = []

    async def answer(reader, writer):
        while True:
            heads.append(await head_of_request(reader))
            size = int(heads[-1].partition(b"content-length: ")[2].split()[0])
            rows = (size - EMPTY) // 48
            writer.write(http(200, frame(model_one, rows)))

    names = iter("abcdef")
    async with server(answer) as address:
        model_server = ModelServer(address, request_name=lambda: next(names))
        predictor = BentoPredictor(model_server)
        await asyncio.gather(*(predictor.predict([ann]) for _ in range(4)))
        await model_server.close()
    named = [head.partition(b"x-request-id: ")[2].split(b"\r\n")[0].decode() for head in heads]
    assert ",".join(named).split(",") == list("abcd")
    assert any("," in together for together in named)


async def test_a_question_carries_what_its_trace_hands_on():
    heads = []

    async def answer(reader, writer):
        heads.append(await head_of_request(reader))
        writer.write(http(200, frame(model_one, 1)))

    async with server(answer) as address:
        model_server = ModelServer(address, traced=lambda question: nullcontext({"traceparent": f"of {question}"}))
        await BentoPredictor(model_server).predict([ann])
        await model_server.close()
    assert b"traceparent: of post /v1/predict\r\n" in heads[0]

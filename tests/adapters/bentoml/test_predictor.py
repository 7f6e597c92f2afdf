"""How questions to the model server take turns."""

from __future__ import annotations

import asyncio
from array import array
from itertools import pairwise
from typing import Any

import pytest

from adapters.bentoml import wire
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.predictor import BentoPredictor
from domain.costs.estimate_columns import EstimateColumns, shaped
from domain.costs.prediction import ModelReference
from domain.errors import PredictorUnavailable
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN

FLAT = [100.0] * 100 + [0.0]


class HeldServer(ModelServer):
    """Answers by flat estimates, one question at a time, when it is let; the first rows are noted."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.asked_about: list[int] = []
        self.waiting: list[asyncio.Event] = []

    async def ask(
        self, method: str, path: str, body: bytes = b"", content_type: str = "", requests: str | None = None
    ) -> bytes:
        rows = len(wire.decode_request(body, DEFAULT))
        self.asked_about.append(rows)
        self.waiting.append(asyncio.Event())
        await self.waiting[-1].wait()
        numbers = shaped(array("d", FLAT * rows), (rows, len(FLAT)))
        return wire.encode_answer(EstimateColumns(ModelReference(1, "d" * 64), numbers, {}))

    async def arrived(self, questions: int) -> None:
        while len(self.asked_about) < questions:  # noqa: ASYNC110  # what is waited for are other tasks of this loop
            await asyncio.sleep(0)


async def test_batches_take_turns_part_by_part_and_a_lone_question_passes_them():
    server = HeldServer()
    predictor = BentoPredictor(server)
    first, second = (asyncio.create_task(predictor.predict([ANN] * rows)) for rows in (1_200, 8_000))
    await server.arrived(1)
    lone = asyncio.create_task(predictor.predict([ANN]))
    await server.arrived(2)
    assert server.asked_about[1] == 1
    server.waiting[1].set()
    assert len(await lone) == 1
    # the part that is under way is the only one
    assert (len(server.asked_about), server.asked_about[0] < 1_200) == (2, True)
    server.waiting[0].set()
    while not (first.done() and second.done()):
        server.waiting[-1].set()
        await asyncio.sleep(0)
    assert (len(await first), len(await second)) == (1_200, 8_000)
    parts = [rows for rows in server.asked_about if rows > 1]
    assert sum(parts) == 9_200
    # a short batch is not held up by a long one: its last part, the only odd one, is no later than the fifth
    assert 1_200 % max(parts) in parts[:6]
    assert max(parts) * 2 < 1_200
    assert all(later <= earlier or later == max(parts) for earlier, later in pairwise(parts))


async def test_the_next_part_is_on_its_way_while_an_answer_is_read():
    class Broken(HeldServer):
        async def ask(self, *question: Any, **more: Any) -> bytes:
            await super().ask(*question, **more)
            return b"no answer"

    server = Broken()
    batch = asyncio.create_task(BentoPredictor(server).predict([ANN] * 1_200))
    await server.arrived(1)
    server.waiting[0].set()
    with pytest.raises(PredictorUnavailable, match="cannot be read"):
        await batch
    # the part after it was sent before the answer was found to be broken, and is not waited for
    assert server.asked_about == [512, 512]
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

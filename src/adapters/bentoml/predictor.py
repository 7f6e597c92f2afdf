"""Estimates from the model server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from adapters.bentoml import wire
from adapters.common.batching import Coalesced, Observer, unobserved
from domain.costs.batches import PublishedBatch
from domain.costs.prediction import Estimate, ModelReference, Published
from domain.errors import MedcostError, PredictorUnavailable
from domain.people.people import People
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from adapters.bentoml.connection import ModelServer
    from domain.people.beneficiary import Beneficiary

_PART: Final = 512
"""Rows of a batch in one request: they take the server a few milliseconds, and this process one or two."""
_TRIES: Final = 3
_AT_ONCE: Final = 128
_ROOM: Final = 1024
_NAMED: Final = 16
"""The most names of API requests that a shared request carries: the length of a header is bounded."""
_PARALLEL: Final = 2
"""Requests under way: while the server works on one, the next is on its way."""


_Answer = TypeVar("_Answer", Estimate, Published)


@dataclass(frozen=True, slots=True)
class _Question(Generic[_Answer]):
    """A kind of request: its content type, the decoder of its answer, and how answers to several are joined."""

    content_type: str
    decode: Callable[[bytes, int], Sequence[_Answer]]
    join: Callable[[Sequence[Any]], Sequence[_Answer]]


def _joined(parts: Sequence[Sequence[Estimate]]) -> list[Estimate]:
    return [*chain.from_iterable(parts)]


_ESTIMATES: Final = _Question(wire.QUESTION_TYPE, wire.decode_answer, _joined)
_PUBLISHED: Final = _Question(wire.PUBLISHED_TYPE, wire.decode_published, PublishedBatch.joined)


class BentoPredictor(Predictor):
    """Gets estimates from the model server.

    Concurrent calls for one beneficiary share a request: while one is under way, the next calls gather. Batches are
    sent in small parts, one part at a time: batches take turns with each other, and a request for one beneficiary never
    waits for more than one part.
    """

    def __init__(self, server: ModelServer, *, observe: Observer = unobserved) -> None:
        self._server = server
        self._turn = asyncio.Lock()
        self._estimated = self._together(partial(self._ask, _ESTIMATES), observe)
        self._published = self._together(partial(self._ask, _PUBLISHED), observe)

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each beneficiary; if the model changes between two parts of a batch, all of it is sent again."""
        if len(beneficiaries) == 1:
            return [await self._estimated((beneficiaries[0], self._server.request_name()))]
        return await self._settled(_ESTIMATES, beneficiaries) if beneficiaries else []

    async def publish(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the published figures, a twentieth of the numbers of `predict`, in the same way."""
        if len(beneficiaries) == 1:
            return [await self._published((beneficiaries[0], self._server.request_name()))]
        return await self._settled(_PUBLISHED, People.of(beneficiaries)) if beneficiaries else []

    async def model(self) -> ModelReference:
        """Request the reference of the model that answers."""
        async with self._server.deadline():
            body = await self._server.ask("GET", "/v1/model")
        try:
            return msgspec.json.decode(body, type=ModelReference)
        except msgspec.DecodeError as error:
            message = f"the model server does not name its model: {error}"
            raise PredictorUnavailable(message) from error

    def _together(
        self, ask: Callable[[Sequence[Beneficiary], str], Awaitable[Sequence[_Answer]]], observe: Observer
    ) -> Coalesced[tuple[Beneficiary, str], _Answer]:
        """Let calls for one beneficiary, with the names of their API requests, share a request."""

        async def ask_for_all(group: Sequence[tuple[Beneficiary, str]]) -> Sequence[_Answer]:
            named = [request for _, request in group[:_NAMED] if request]
            return await ask([beneficiary for beneficiary, _ in group], ",".join(named))

        return Coalesced(
            work=ask_for_all,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=self._server.seconds,
            unavailable=PredictorUnavailable,
            part="the model server",
            parallel=_PARALLEL,
            observe=observe,
        )

    async def _settled(self, question: _Question[_Answer], beneficiaries: Sequence[Beneficiary]) -> Sequence[_Answer]:
        """Send a batch until one model has answered all of it."""
        for _ in range(_TRIES):
            if (answers := await self._ask_in_parts(question, beneficiaries)) is not None:
                return answers
        message = "the model was replaced again and again while a batch was being answered"
        raise PredictorUnavailable(message)

    async def _ask_in_parts(
        self, question: _Question[_Answer], beneficiaries: Sequence[Beneficiary]
    ) -> Sequence[_Answer] | None:
        """Return the answers to all parts; None as soon as the model was replaced meanwhile.

        While the answer to a part is read here, the server works on the next.
        """
        answers: list[Sequence[_Answer]] = []
        parts = [beneficiaries[at : at + _PART] for at in range(0, len(beneficiaries), _PART)]
        async with aclosing(_read_ahead(partial(self._in_turn, question), parts)) as bodies:
            async for part, body in bodies:
                answers.append(self._read(question, body, len(part)))
                if answers[-1][0].model != answers[0][0].model:
                    return None
        return question.join(answers)

    async def _in_turn(self, question: _Question[_Answer], part: Sequence[Beneficiary]) -> bytes:
        async with self._turn, self._server.deadline():
            return await self._sent(question, part)

    async def _ask(
        self, question: _Question[_Answer], part: Sequence[Beneficiary], requests: str | None = None
    ) -> Sequence[_Answer]:
        return self._read(question, await self._sent(question, part, requests), len(part))

    async def _sent(
        self, question: _Question[_Answer], part: Sequence[Beneficiary], requests: str | None = None
    ) -> bytes:
        request = wire.encode_request(part)
        return await self._server.ask("POST", "/v1/predict", request, question.content_type, requests)

    @staticmethod
    def _read(question: _Question[_Answer], body: bytes, rows: int) -> Sequence[_Answer]:
        try:
            return question.decode(body, rows)
        except wire.MalformedFrame as error:
            message = f"the model server's answer cannot be read: {error}"
            raise PredictorUnavailable(message) from error


async def _read_ahead(
    send: Callable[[Sequence[Beneficiary]], Coroutine[Any, Any, bytes]], parts: Sequence[Sequence[Beneficiary]]
) -> AsyncGenerator[tuple[Sequence[Beneficiary], bytes]]:
    """Yield each part with the answer to it; the next part is sent before its predecessor is yielded."""
    coming: asyncio.Task[bytes] | None = None
    try:
        for number, part in enumerate(parts):
            body = await (coming or send(part))
            coming = None
            if number + 1 < len(parts):
                coming = asyncio.create_task(send(parts[number + 1]))
                await asyncio.sleep(0)  # in which the task sends it
            yield part, body
    finally:
        if coming:
            coming.cancel()
            with suppress(asyncio.CancelledError, MedcostError):
                await coming

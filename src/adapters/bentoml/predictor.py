"""Estimates from the model server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from adapters.bentoml import wire
from adapters.common.batching import Coalesced, Observer, unobserved
from domain.costs.prediction import Estimate, ModelReference, Published
from domain.errors import PredictorUnavailable
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from adapters.bentoml.connection import ModelServer
    from domain.people.beneficiary import Beneficiary

_PART: Final = 128
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
    """A kind of request: its content type, and the decoder of its answer."""

    content_type: str
    decode: Callable[[bytes, int], list[_Answer]]


_ESTIMATES: Final = _Question(wire.QUESTION_TYPE, wire.decode_answer)
_PUBLISHED: Final = _Question(wire.PUBLISHED_TYPE, wire.decode_published)


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
        return await self._settled(_ESTIMATES, beneficiaries)

    async def publish(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the published figures, a twentieth of the numbers of `predict`, in the same way."""
        if len(beneficiaries) == 1:
            return [await self._published((beneficiaries[0], self._server.request_name()))]
        return await self._settled(_PUBLISHED, beneficiaries)

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
        self, ask: Callable[[Sequence[Beneficiary], str], Awaitable[list[_Answer]]], observe: Observer
    ) -> Coalesced[tuple[Beneficiary, str], _Answer]:
        """Let calls for one beneficiary, with the names of their API requests, share a request."""

        async def ask_for_all(group: Sequence[tuple[Beneficiary, str]]) -> list[_Answer]:
            named = [request for _, request in group[:_NAMED] if request]
            return await ask([beneficiary for beneficiary, _ in group], ",".join(named))

        return Coalesced(
            work=ask_for_all,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=self._server.seconds,
            unavailable=PredictorUnavailable,
            parallel=_PARALLEL,
            observe=observe,
        )

    async def _settled(self, question: _Question[_Answer], beneficiaries: Sequence[Beneficiary]) -> list[_Answer]:
        """Send a batch until one model has answered all of it."""
        for _ in range(_TRIES):
            if (answers := await self._ask_in_parts(question, beneficiaries)) is not None:
                return answers
        message = "the model was replaced again and again while a batch was being answered"
        raise PredictorUnavailable(message)

    async def _ask_in_parts(
        self, question: _Question[_Answer], beneficiaries: Sequence[Beneficiary]
    ) -> list[_Answer] | None:
        """Return the answers to all parts; None as soon as the model was replaced meanwhile."""
        answers: list[_Answer] = []
        for at in range(0, len(beneficiaries), _PART):
            async with self._turn, self._server.deadline():
                answers += await self._ask(question, beneficiaries[at : at + _PART])
            if answers[-1].model != answers[0].model:
                return None
        return answers

    async def _ask(
        self, question: _Question[_Answer], part: Sequence[Beneficiary], requests: str | None = None
    ) -> list[_Answer]:
        request = wire.encode_request(part)
        body = await self._server.ask("POST", "/v1/predict", request, question.content_type, requests)
        try:
            return question.decode(body, len(part))
        except wire.MalformedFrame as error:
            message = f"the model server's answer cannot be read: {error}"
            raise PredictorUnavailable(message) from error

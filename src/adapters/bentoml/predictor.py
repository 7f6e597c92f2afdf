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
"""Rows of a batch that are asked for in one question: a few milliseconds of the server, and one or two of ours."""
_TRIES: Final = 3
_AT_ONCE: Final = 128
_ROOM: Final = 1024
_NAMED: Final = 16
"""Requests of a shared question that are named to the server: a header has its bounds."""
_PARALLEL: Final = 2
"""Questions under way: while the server works on one, the next is on its way."""


_Answer = TypeVar("_Answer", Estimate, Published)


@dataclass(frozen=True, slots=True)
class _Question(Generic[_Answer]):
    """What is asked for, and how its answer is read."""

    content_type: str
    decode: Callable[[bytes, int], list[_Answer]]


_ESTIMATES: Final = _Question(wire.QUESTION_TYPE, wire.decode_answer)
_PUBLISHED: Final = _Question(wire.PUBLISHED_TYPE, wire.decode_published)


class BentoPredictor(Predictor):
    """Asks the model server.

    Concurrent calls for one beneficiary share a question: while one is under way the next ones gather. Batches are
    asked for in small parts, one part at a time, whoever they come from: they take turns with each other, and a
    question for one beneficiary never waits for more than a part.
    """

    def __init__(self, server: ModelServer, *, observe: Observer = unobserved) -> None:
        self._server = server
        self._turn = asyncio.Lock()
        self._estimated = self._together(partial(self._ask, _ESTIMATES), observe)
        self._published = self._together(partial(self._ask, _PUBLISHED), observe)

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each; if the model is swapped between two parts of a batch, all of it is asked again."""
        if len(beneficiaries) == 1:
            return [await self._estimated((beneficiaries[0], self._server.told()))]
        return await self._settled(_ESTIMATES, beneficiaries)

    async def publish(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Published]:
        """Ask for a twentieth of the numbers; else as `predict`."""
        if len(beneficiaries) == 1:
            return [await self._published((beneficiaries[0], self._server.told()))]
        return await self._settled(_PUBLISHED, beneficiaries)

    async def model(self) -> ModelReference:
        """Ask which model answers."""
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
        """Let calls for one beneficiary, with the name of its request, share a question."""

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
        """Ask for a batch until one model has answered all of it."""
        for _ in range(_TRIES):
            if (answers := await self._ask_in_parts(question, beneficiaries)) is not None:
                return answers
        message = "the model was replaced again and again while a batch was being answered"
        raise PredictorUnavailable(message)

    async def _ask_in_parts(
        self, question: _Question[_Answer], beneficiaries: Sequence[Beneficiary]
    ) -> list[_Answer] | None:
        """Ask for all; None as soon as the model was replaced meanwhile."""
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
        asked = wire.encode_request(part)
        body = await self._server.ask("POST", "/v1/predict", asked, question.content_type, requests)
        try:
            return question.decode(body, len(part))
        except wire.MalformedFrame as error:
            message = f"the model server's answer cannot be read: {error}"
            raise PredictorUnavailable(message) from error

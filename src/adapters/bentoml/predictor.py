"""Estimates from the model server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from adapters.bentoml import wire
from adapters.common.batching import Coalesced, Observer, unobserved
from domain.costs.prediction import ModelReference
from domain.errors import PredictorUnavailable
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.bentoml.connection import ModelServer
    from domain.costs.prediction import Estimate
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


class BentoPredictor(Predictor):
    """Asks the model server.

    Concurrent calls for one beneficiary share a question: while one is under way the next ones gather. Batches are
    asked for in small parts, one part at a time, whoever they come from: they take turns with each other, and a
    question for one beneficiary never waits for more than a part.
    """

    def __init__(self, server: ModelServer, *, observe: Observer = unobserved) -> None:
        self._server = server
        self._turn = asyncio.Lock()
        self._one = Coalesced(
            work=self._ask_for_all,
            at_once=_AT_ONCE,
            room=_ROOM,
            deadline=server.seconds,
            unavailable=PredictorUnavailable,
            parallel=_PARALLEL,
            observe=observe,
        )

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each; if the model is swapped between two parts of a batch, all of it is asked again."""
        if len(beneficiaries) == 1:
            return [await self._one((beneficiaries[0], self._server.told()))]
        for _ in range(_TRIES):
            if (estimates := await self._ask_in_parts(beneficiaries)) is not None:
                return estimates
        message = "the model was replaced again and again while a batch was being answered"
        raise PredictorUnavailable(message)

    async def model(self) -> ModelReference:
        """Ask which model answers."""
        async with self._server.deadline():
            body = await self._server.ask("GET", "/v1/model")
        try:
            return msgspec.json.decode(body, type=ModelReference)
        except msgspec.DecodeError as error:
            message = f"the model server does not name its model: {error}"
            raise PredictorUnavailable(message) from error

    async def _ask_for_all(self, group: Sequence[tuple[Beneficiary, str]]) -> list[Estimate]:
        named = [request for _, request in group[:_NAMED] if request]
        return await self._ask([beneficiary for beneficiary, _ in group], ",".join(named))

    async def _ask_in_parts(self, beneficiaries: Sequence[Beneficiary]) -> list[Estimate] | None:
        """Ask for all; None as soon as the model was replaced meanwhile."""
        estimates: list[Estimate] = []
        for at in range(0, len(beneficiaries), _PART):
            async with self._turn, self._server.deadline():
                estimates += await self._ask(beneficiaries[at : at + _PART])
            if estimates[-1].model != estimates[0].model:
                return None
        return estimates

    async def _ask(self, part: Sequence[Beneficiary], requests: str | None = None) -> list[Estimate]:
        body = await self._server.ask("POST", "/v1/predict", wire.encode_request(part), wire.QUESTION_TYPE, requests)
        try:
            return wire.decode_answer(body, len(part))
        except wire.MalformedFrame as error:
            message = f"the model server's answer cannot be read: {error}"
            raise PredictorUnavailable(message) from error

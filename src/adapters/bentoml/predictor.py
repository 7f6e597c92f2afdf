"""Estimates from the model server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from adapters.bentoml import wire
from adapters.system.coalesce import Coalesced, Observer, unobserved
from domain.errors import PredictorUnavailable
from domain.ports.predictor import Predictor
from domain.prediction import ModelReference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.bentoml.connection import ModelServer
    from domain.beneficiary import Beneficiary
    from domain.prediction import Estimate

_INLINE_ROWS: Final = 128
"""Larger answers are read in a thread: a row takes some ten microseconds."""
_TRIES: Final = 3
_AT_ONCE: Final = 128
_ROOM: Final = 1024
_NAMED: Final = 16
"""Requests of a shared question that are named to the server: a header has its bounds."""
_PARALLEL: Final = 2
"""Questions under way: while the server works on one, the next is on its way."""


class BentoPredictor(Predictor):
    """Asks the model server, at most `wire.MAX_ROWS` beneficiaries at a time.

    Concurrent calls for one beneficiary share a question: while one is under way the next ones gather.
    """

    def __init__(self, server: ModelServer, *, observe: Observer = unobserved) -> None:
        self._server = server
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
        parts = [beneficiaries[at : at + wire.MAX_ROWS] for at in range(0, len(beneficiaries), wire.MAX_ROWS)]
        async with self._server.deadline():
            for _ in range(_TRIES):
                answers = await asyncio.gather(*map(self._ask, parts))
                if len({answer[0].model for answer in answers}) <= 1:
                    return [estimate for answer in answers for estimate in answer]
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

    async def _ask(self, part: Sequence[Beneficiary], requests: str | None = None) -> list[Estimate]:
        body = await self._server.ask("POST", "/v1/predict", wire.encode_request(part), wire.CONTENT_TYPE, requests)
        try:
            if len(part) <= _INLINE_ROWS:
                return wire.decode_answer(body, len(part))
            return await asyncio.to_thread(wire.decode_answer, body, len(part))
        except wire.MalformedFrame as error:
            message = f"the model server's answer cannot be read: {error}"
            raise PredictorUnavailable(message) from error

"""The parts of one prediction, each timed alone in this process, in turn.

In turn, because each then finds the processor's caches as it does within the whole: after another process used them.
"""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import TYPE_CHECKING

from adapters.bentoml import wire
from adapters.bentoml.connection import ModelServer
from adapters.local.clock import SystemClock
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from benchmarks.people import people
from domain.costs.prediction import NewPrediction, Published
from domain.people.beneficiary import Beneficiary
from entrypoints.composition.scoring import load_served_model
from entrypoints.composition.settings import load
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from benchmarks.servers import Servers

_PERSON = people(1)[0]


def parts_alone(servers: Servers, seconds: float) -> dict[str, float]:
    """Return median milliseconds of a round trip, a one-row prediction and a one-row commit."""
    return asyncio.run(_parts(servers, seconds))


async def _parts(servers: Servers, seconds: float) -> dict[str, float]:
    who = Beneficiary.of(DEFAULT, _PERSON)
    model = await load_served_model(load({"home": servers.home.path}))()
    estimate = (await model.predict([who]))[0]

    server = ModelServer(servers.model_server)
    question = wire.encode_request([])

    async def round_trip() -> None:
        """Send a request without people, and read its answer."""
        async with server.deadline():
            wire.decode_answer(await server.ask("POST", "/v1/predict", question, wire.CONTENT_TYPE), 0)

    engine = connect(EmbeddedPostgres(servers.home.postgres).url("medcost"), deadline=5)
    predictions = PostgresPredictions(engine, DEFAULT)
    new = NewPrediction.of(who, Published.of(estimate), at=SystemClock().now())
    try:
        return await _medians(
            {
                "round trip to the model server": round_trip,
                "one-row prediction": lambda: model.predict([who]),
                "one-row commit": lambda: predictions.add(new),
            },
            seconds,
        )
    finally:
        await server.close()
        await engine.dispose()


async def _medians(calls: Mapping[str, Callable[[], Awaitable[object]]], seconds: float) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in calls}
    ending = time.perf_counter() + seconds
    while time.perf_counter() < ending:
        for name, call in calls.items():
            begun = time.perf_counter()
            await call()
            taken[name].append(1000 * (time.perf_counter() - begun))
    return {name: median(each) for name, each in taken.items()}

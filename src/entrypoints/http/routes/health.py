"""Routes of health checks and metrics."""

from __future__ import annotations

import asyncio
from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Response, get
from litestar.di import NamedDependency

from domain.errors import Unavailable
from domain.ports.ledger import ModelLedger
from domain.ports.monitoring import MonitoringReports
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from domain.ports.room import Room
from entrypoints.http.auth import access
from entrypoints.http.schemas.common import ModelOut
from entrypoints.http.schemas.health import LiveOut, ReadyOut, ServingOut
from entrypoints.http.shared import Shared

TAGS: Final = ["health"]


@get(
    "/health/live", operation_id="live", tags=TAGS, summary="Check whether the process answers", opt={access.OPEN: True}
)
async def live(shared: NamedDependency[Shared]) -> LiveOut:
    """Answer without calling other parts."""
    return LiveOut("alive", shared.options.version)


@get(
    "/health/serving",
    operation_id="serving",
    tags=TAGS,
    summary="Check whether a proxy may send requests here",
    opt={access.OPEN: True},
)
async def serving(shared: NamedDependency[Shared]) -> ServingOut:
    """Answer without calling other parts, which all processes share; 503 while this process is shutting down."""
    _stay(shared)
    return ServingOut("serving")


@get(
    "/health/ready",
    operation_id="ready",
    tags=TAGS,
    summary="Check whether the service can predict and record",
    opt={access.OPEN: True},
)
@inject
async def ready(
    predictor: FromDishka[Predictor],
    predictions: FromDishka[PredictionRepository],
    room: FromDishka[Room],
    shared: NamedDependency[Shared],
) -> ReadyOut:
    """Make a test prediction and check the database and its disk; 503 names what is down, full or shutting down."""
    _stay(shared)
    room.check()
    model, database = await asyncio.gather(predictor.model(), predictions.check(), return_exceptions=True)
    away = [error for error in (model, database) if isinstance(error, BaseException)]
    if len(away) > 1 and all(isinstance(error, Unavailable) for error in away):
        raise Unavailable("; ".join(map(str, away)))
    if isinstance(model, BaseException) or away:
        raise away[0]
    return ReadyOut("ready", ModelOut.of(model))


@get("/metrics", operation_id="metrics", tags=TAGS, summary="Get metrics for Prometheus", media_type="text/plain")
@inject
async def metrics_text(
    shared: NamedDependency[Shared], reports: FromDishka[MonitoringReports], ledger: FromDishka[ModelLedger]
) -> Response[bytes]:
    """Return metrics for internal use: public proxies must not expose them. A key is needed if keys are required."""
    await shared.metrics.monitoring.refresh(reports, ledger, shared.schema.cost.currency)
    return Response(shared.metrics.text(), media_type="text/plain; version=0.0.4")


def _stay(shared: Shared) -> None:
    if shared.options.leaving():
        message = "this process is about to end"
        raise Unavailable(message)


HANDLERS: Final = (live, serving, ready, metrics_text)

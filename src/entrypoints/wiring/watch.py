"""Says in the log which part is waited for, and when it came (back). Nothing waits: requests get a 503 meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from domain.errors import MedcostError
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dishka import AsyncContainer

_AWAY: Final = 1.0
_WELL: Final = 5.0
"""Seconds between two looks at a part that is away, or well."""


async def watch_parts(container: AsyncContainer) -> None:
    """Watch the database and the model until cancelled."""

    async def database() -> object:
        return await (await container.get(PredictionRepository)).check()

    async def model() -> object:
        return await (await container.get(Predictor)).model()

    async with asyncio.TaskGroup() as both:
        both.create_task(watch("database", database))
        both.create_task(watch("model", model))


async def watch(part: str, look: Callable[[], Awaitable[object]]) -> None:
    """Log a line whenever a part goes or comes, until cancelled."""
    log = structlog.get_logger()
    well: bool | None = None
    while True:
        try:
            await look()
        except MedcostError as away:
            if well is not False:
                log.warning("waiting_for_part", part=part, why=str(away))
            well = False
        else:
            if not well:
                log.info("part_answers", part=part)
            well = True
        await asyncio.sleep(_WELL if well else _AWAY)

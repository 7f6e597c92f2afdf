"""Watch database and model, and report when one goes away or comes back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Never

from application.use_case import use_case
from domain.errors import MedcostError
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_AWAY: Final = 1.0
_WELL: Final = 5.0
"""Seconds between two checks of a part that is away, or that answers."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """The change of a part that went away or came back.

    Args:
        part: ``database`` or ``model``.
        why: the reason why it is away; empty for a part that answers.
    """

    part: str
    why: str


@use_case
class WatchParts:
    """Check database and model regularly; requests do not wait for absent parts, but get a 503."""

    predictions: PredictionRepository
    predictor: Predictor

    async def __call__(
        self, report: Callable[[PartChange], object], *, away: float = _AWAY, well: float = _WELL
    ) -> None:
        """Watch until cancelled.

        Args:
            report: called with each change, and once with the first state of each part.
            away: seconds between two checks of a part that is away.
            well: seconds between two checks of a part that answers.
        """

        async def watch(part: str, look: Callable[[], Awaitable[object]]) -> Never:
            answers: bool | None = None
            while True:
                why = await _trouble(look)
                if answers is not (not why):
                    report(PartChange(part, why))
                answers = not why
                await asyncio.sleep(well if answers else away)

        async with asyncio.TaskGroup() as both:
            both.create_task(watch("database", self.predictions.check))
            both.create_task(watch("model", self.predictor.model))


async def _trouble(look: Callable[[], Awaitable[object]]) -> str:
    try:
        await look()
    except MedcostError as away:
        return str(away) or type(away).__name__
    return ""

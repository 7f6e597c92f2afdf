"""Erase predictions and idempotency keys that are older than the policy allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from application.use_case import use_case
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.request_keys import RequestKeys

_AT_ONCE: Final = 5000
"""Predictions erased in one transaction: short enough for others not to wait."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The numbers of erased predictions and of removed idempotency keys."""

    predictions: int
    keys: int


@use_case
class PrunePredictions:
    """Erase predictions and idempotency keys that are older than the policy allows."""

    predictions: PredictionRepository
    keys: RequestKeys
    clock: Clock

    async def too_old(self, older_than: timedelta) -> int:
        """Count the predictions that would be erased."""
        return await self.predictions.count_older(self.clock.now() - older_than)

    async def __call__(self, older_than: timedelta | None, *, progress: Callable[[int], None]) -> Pruned:
        """Erase predictions from an age on, if it is given, and remove expired idempotency keys.

        When the work is interrupted, a part of the predictions is erased, each one wholly or not at all.

        Args:
            older_than: age from which a prediction is erased; None erases none.
            progress: called after each step with the number of predictions that it erased.
        """
        at = self.clock.now()
        erased = 0
        while older_than is not None:
            step = await self.predictions.erase_older(at - older_than, at=at, limit=_AT_ONCE)
            erased += step
            progress(step)
            if step < _AT_ONCE:
                break
        return Pruned(erased, await self.predictions.forget_keys(at=at) + await self.keys.forget(at=at))

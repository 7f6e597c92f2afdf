"""Predictions kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.errors import IdempotencyKeyReused, PredictionNotFound
from domain.ports.predictions import PredictionRepository
from domain.prediction import Prediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.prediction import Idempotency, NewPrediction, Outcome, PredictionQuery


@dataclass
class MemoryPredictions(FailsOnRequest, PredictionRepository):
    """Keeps predictions in the order in which they were recorded."""

    _rows: dict[UUID, Prediction] = field(default_factory=dict)
    _keys: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record one."""
        if idempotency and (earlier := await self.replay(idempotency)):
            return earlier
        (prediction,) = await self.add_all([new])
        if idempotency:
            self._keys[idempotency.key] = (idempotency.fingerprint, prediction.id)
        return prediction

    async def add_all(self, new: Sequence[NewPrediction]) -> Sequence[Prediction]:
        """Record all."""
        self._fail_if_asked()
        predictions = [Prediction.recorded(one, UUID(bytes=uuid7().bytes)) for one in new]
        self._rows.update((prediction.id, prediction) for prediction in predictions)
        return predictions

    async def replay(self, idempotency: Idempotency) -> Prediction | None:
        """Find by key."""
        self._fail_if_asked()
        if idempotency.key not in self._keys:
            return None
        fingerprint, recorded = self._keys[idempotency.key]
        if fingerprint != idempotency.fingerprint:
            message = f"idempotency key {idempotency.key!r} came with another body before"
            raise IdempotencyKeyReused(message)
        return self._rows[recorded]

    async def get(self, id: UUID) -> Prediction:
        """Find one."""
        self._fail_if_asked()
        if id not in self._rows:
            message = f"there is no prediction {id}"
            raise PredictionNotFound(message)
        return self._rows[id]

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Find those that match."""
        self._fail_if_asked()
        newest_first = sorted(self._rows.values(), key=lambda row: row.id, reverse=True)
        return [row for row in newest_first if _matches(row, query)][: query.limit]

    async def erase(self, id: UUID) -> None:
        """Forget one."""
        await self.get(id)
        del self._rows[id]
        self._keys = {key: kept for key, kept in self._keys.items() if kept[1] != id}

    async def record_outcome(self, id: UUID, outcome: Outcome) -> Prediction:
        """Add an outcome."""
        self._rows[id] = replace(await self.get(id), outcome=outcome)
        return self._rows[id]

    async def check(self) -> None:
        """Return unless told to fail."""
        self._fail_if_asked()


def _matches(row: Prediction, query: PredictionQuery) -> bool:
    who = row.beneficiary
    return (
        (query.before is None or row.id < query.before)
        and (query.since is None or row.created_at >= query.since)
        and (query.smoker is None or who.smoker == query.smoker)
        and (query.sex is None or who.sex == query.sex)
        and (query.region is None or who.region == query.region)
    )

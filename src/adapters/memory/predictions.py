"""Predictions kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.errors import IdempotencyKeyReused, PredictionNotFound
from domain.ports.predictions import PredictionRepository
from domain.prediction import Erasure, Prediction, SortKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.prediction import Idempotency, ModelReference, NewPrediction, Outcome, PredictionQuery


@dataclass
class MemoryPredictions(FailsOnRequest, PredictionRepository):
    """Keeps predictions in the order in which they were recorded."""

    _rows: dict[UUID, Prediction] = field(default_factory=dict)
    _keys: dict[str, tuple[str, UUID]] = field(default_factory=dict)
    _erasures: dict[UUID, Erasure] = field(default_factory=dict)
    keys_live: timedelta = timedelta(days=1)

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record one."""
        if idempotency and (earlier := await self.replay(idempotency, at=new.created_at)):
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

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Find by key."""
        self._fail_if_asked()
        fingerprint, recorded = self._keys.get(idempotency.key, ("", None))
        if recorded is None or self._rows[recorded].created_at < at - self.keys_live:
            return None
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
        in_order = sorted(self._rows.values(), key=lambda row: _place(row, query), reverse=not query.rising)
        return [row for row in in_order if _matches(row, query) and _follows(row, query)][: query.limit]

    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        """Forget one."""
        await self.get(id)
        return self._erase(id, Erasure(id, at, "request"))

    async def erasure(self, id: UUID) -> Erasure | None:
        """Find the proof."""
        self._fail_if_asked()
        return self._erasures.get(id)

    async def count_older(self, than: datetime) -> int:
        """Count."""
        self._fail_if_asked()
        return sum(row.created_at < than for row in self._rows.values())

    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Forget the oldest."""
        self._fail_if_asked()
        old = sorted(row.id for row in self._rows.values() if row.created_at < than)[:limit]
        for id in old:
            self._erase(id, Erasure(id, at, "age"))
        return len(old)

    async def forget_keys(self, *, at: datetime) -> int:
        """Forget expired keys."""
        self._fail_if_asked()
        old = [key for key, (_, id) in self._keys.items() if self._rows[id].created_at < at - self.keys_live]
        for key in old:
            del self._keys[key]
        return len(old)

    async def record_outcome(self, id: UUID, outcome: Outcome) -> Prediction:
        """Add an outcome."""
        self._rows[id] = replace(await self.get(id), outcome=outcome)
        return self._rows[id]

    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Find those whose outcome came in."""
        self._fail_if_asked()
        known = [(row.outcome.recorded_at, row.id, row) for row in self._rows.values() if row.outcome]
        return [row for at, _, row in sorted(known, reverse=True) if at >= since][:limit]

    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Draw by digests of identifiers, as the repository in PostgreSQL does."""
        self._fail_if_asked()
        found = [
            row
            for row in self._rows.values()
            if row.model == model
            and (row.outcome is not None and row.outcome.recorded_at >= since if outcomes else row.created_at >= since)
        ]
        drawn = sorted(found, key=lambda row: sha256(row.id.bytes).digest()[:8])[:limit]
        return sorted(drawn, key=lambda row: row.id)

    async def check(self) -> None:
        """Return unless told to fail."""
        self._fail_if_asked()

    def _erase(self, id: UUID, proof: Erasure) -> Erasure:
        del self._rows[id]
        self._keys = {key: kept for key, kept in self._keys.items() if kept[1] != id}
        self._erasures[id] = proof
        return proof


def _place(row: Prediction, query: PredictionQuery) -> tuple[float, UUID]:
    return (0 if query.by is SortKey.TIME else query.by.of(row), row.id)


def _follows(row: Prediction, query: PredictionQuery) -> bool:
    if query.before is None:
        return True
    cursor = (0 if query.by is SortKey.TIME else query.past or 0, query.before)
    return _place(row, query) > cursor if query.rising else _place(row, query) < cursor


def _matches(row: Prediction, query: PredictionQuery) -> bool:
    who = row.beneficiary
    return (
        (query.since is None or row.created_at >= query.since)
        and (query.smoker is None or who.smoker == query.smoker)
        and (query.sex is None or who.sex == query.sex)
        and (query.region is None or who.region == query.region)
    )

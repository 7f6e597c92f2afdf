"""Predictions kept in this process."""

from __future__ import annotations

import math
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils import uuid7

from adapters.memory.faults import FailsOnRequest
from domain.costs.prediction import Erasure, OutcomeChange, Prediction
from domain.costs.prediction_query import BY_TIME, sort_value
from domain.errors import IdempotencyKeyInUse, IdempotencyKeyReused, PredictionNotFound
from domain.monitoring.hours import Outcomes, hour_of
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from domain.costs.prediction import Idempotency, ModelReference, NewPrediction, Outcome
    from domain.costs.prediction_query import PredictionQuery


@dataclass
class MemoryPredictions(FailsOnRequest, PredictionRepository):
    """Keeps predictions in the order in which they were recorded."""

    _rows: dict[UUID, Prediction] = field(default_factory=dict)
    _keys: dict[str, tuple[str, tuple[UUID, ...]]] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)
    _changes: dict[UUID, list[OutcomeChange]] = field(default_factory=dict)
    _erasures: dict[UUID, Erasure] = field(default_factory=dict)
    keys_live: timedelta = timedelta(days=1)

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record a prediction."""
        (prediction,) = await self.add_all([new], idempotency=idempotency)
        return prediction

    async def add_all(
        self, new: Sequence[NewPrediction], *, idempotency: Idempotency | None = None
    ) -> Sequence[Prediction]:
        """Record predictions."""
        self._fail_if_asked()
        if new and idempotency and (earlier := await self.replay_all(idempotency, at=new[0].created_at)):
            return earlier
        predictions = [Prediction.recorded(new_prediction, UUID(bytes=uuid7().bytes)) for new_prediction in new]
        self._rows.update((prediction.id, prediction) for prediction in predictions)
        if predictions and idempotency:
            self._keys[idempotency.scoped] = (
                idempotency.fingerprint,
                tuple(prediction.id for prediction in predictions),
            )
        return predictions

    @asynccontextmanager
    async def alone(self, idempotency: Idempotency) -> AsyncIterator[None]:
        """Hold the key while the block runs."""
        self._fail_if_asked()
        if idempotency.scoped in self._under_way:
            message = f"the first request under idempotency key {idempotency.key!r} is still under way: ask again"
            raise IdempotencyKeyInUse(message)
        self._under_way.add(idempotency.scoped)
        try:
            yield
        finally:
            self._under_way.discard(idempotency.scoped)

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        """Find by key."""
        recorded = await self.replay_all(idempotency, at=at)
        return recorded[0] if recorded else None

    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        """Find by key."""
        self._fail_if_asked()
        fingerprint, recorded = self._keys.get(idempotency.scoped, ("", ()))
        if not recorded or abs(at - self._rows[recorded[0]].created_at) > self.keys_live:
            return None
        if fingerprint != idempotency.fingerprint:
            raise IdempotencyKeyReused(idempotency.reused)
        return [self._rows[id] for id in recorded]

    async def get(self, id: UUID) -> Prediction:
        """Return a prediction."""
        self._fail_if_asked()
        if id not in self._rows:
            message = f"there is no prediction {id}"
            raise PredictionNotFound(message)
        return self._rows[id]

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Return a page of the predictions that match."""
        self._fail_if_asked()
        in_order = sorted(self._rows.values(), key=lambda row: _place(row, query), reverse=not query.rising)
        return [row for row in in_order if _matches(row, query) and _follows(row, query)][: query.limit]

    async def count(self, query: PredictionQuery) -> int:
        """Count the predictions that match."""
        self._fail_if_asked()
        return sum(_matches(row, query) for row in self._rows.values())

    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        """Erase a prediction."""
        await self.get(id)
        return self._erase(id, Erasure(id, at, "request"))

    async def erasure(self, id: UUID) -> Erasure | None:
        """Return the proof of an erasure."""
        self._fail_if_asked()
        return self._erasures.get(id)

    async def count_older(self, than: datetime) -> int:
        """Count the predictions before a time."""
        self._fail_if_asked()
        return sum(row.created_at < than for row in self._rows.values())

    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        """Erase the oldest predictions before a time."""
        self._fail_if_asked()
        old = sorted(row.id for row in self._rows.values() if row.created_at < than)[:limit]
        for id in old:
            self._erase(id, Erasure(id, at, "age"))
        return len(old)

    async def forget_keys(self, *, at: datetime) -> int:
        """Remove expired idempotency keys."""
        self._fail_if_asked()
        old = [key for key, (_, ids) in self._keys.items() if abs(at - self._rows[ids[0]].created_at) > self.keys_live]
        for key in old:
            del self._keys[key]
        return len(old)

    async def record_outcome(self, id: UUID, outcome: Outcome, *, by: str = "") -> Prediction:
        """Add an outcome."""
        before = (await self.get(id)).outcome
        self._rows[id] = replace(self._rows[id], outcome=outcome)
        change = OutcomeChange(outcome.recorded_at, by, outcome.charges, before.charges if before else None)
        self._changes.setdefault(id, []).append(change)
        return self._rows[id]

    async def outcome_changes(self, id: UUID) -> Sequence[OutcomeChange]:
        """Return the changes of a prediction's outcome."""
        self._fail_if_asked()
        return list(self._changes.get(id, ()))

    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        """Return predictions whose outcomes came in since a time."""
        self._fail_if_asked()
        with_outcomes = [(row.outcome.recorded_at, row.id, row) for row in self._rows.values() if row.outcome]
        return [row for at, _, row in sorted(with_outcomes, reverse=True) if at >= since][:limit]

    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        """Draw by digests of identifiers, as the repository in PostgreSQL does."""
        self._fail_if_asked()
        candidates = [
            row
            for row in self._rows.values()
            if row.model == model
            and (row.outcome is not None and row.outcome.recorded_at >= since if outcomes else row.created_at >= since)
        ]
        drawn = sorted(candidates, key=lambda row: sha256(row.id.bytes).digest()[:8])[:limit]
        return sorted(drawn, key=lambda row: row.id)

    async def outcomes_by_hour(self, since: datetime) -> Mapping[datetime, Outcomes]:
        """Add up outcomes by hour."""
        self._fail_if_asked()
        summed: dict[datetime, Outcomes] = {}
        for row in self._rows.values():
            if row.outcome is None or row.cost is None or row.outcome.recorded_at < since:
                continue
            inside = int(row.interval.low <= row.cost <= row.interval.high)
            came_in = Outcomes(outcomes=1, inside=inside, expected=row.expected, observed=row.cost)
            hour = hour_of(row.outcome.recorded_at)
            summed[hour] = summed.get(hour, Outcomes()) + came_in
        return summed

    async def check(self) -> None:
        """Return, unless a failure is set."""
        self._fail_if_asked()

    def _erase(self, id: UUID, proof: Erasure) -> Erasure:
        del self._rows[id]
        self._changes.pop(id, None)
        self._keys = {key: entry for key, entry in self._keys.items() if id not in entry[1]}
        self._erasures[id] = proof
        return proof


def _place(row: Prediction, query: PredictionQuery) -> tuple[float, UUID]:
    return (0 if query.by == BY_TIME else _rank(query, sort_value(query.by, row)), row.id)


def _rank(query: PredictionQuery, value: float | None) -> float:
    """Return a value to compare; a missing one comes last in either order."""
    if value is None:
        return math.inf if query.rising else -math.inf
    return value


def _follows(row: Prediction, query: PredictionQuery) -> bool:
    if query.before is None:
        return True
    cursor = (0 if query.by == BY_TIME else _rank(query, query.past), query.before)
    return _place(row, query) > cursor if query.rising else _place(row, query) < cursor


def _matches(row: Prediction, query: PredictionQuery) -> bool:
    return (
        (query.owner is None or row.owner == query.owner)
        and (query.since is None or row.created_at >= query.since)
        and all(row.beneficiary[name] == value for name, value in query.where.items())
    )

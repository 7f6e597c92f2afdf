"""Hours of the service kept in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.monitoring.hours import Outcomes, Period, Traffic
from domain.ports.hours import ServiceHours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass
class MemoryHours(FailsOnRequest, ServiceHours):
    """Keeps hours in two dictionaries."""

    _traffic: dict[tuple[datetime, UUID], Traffic] = field(default_factory=dict)
    _outcomes: dict[datetime, Outcomes] = field(default_factory=dict)

    async def put_traffic(self, hour: datetime, process: UUID, traffic: Traffic) -> None:
        """Store the traffic of an hour."""
        self._fail_if_asked()
        self._traffic[hour, process] = traffic

    async def put_outcomes(self, outcomes: Mapping[datetime, Outcomes]) -> None:
        """Store the outcomes of hours."""
        self._fail_if_asked()
        self._outcomes.update(outcomes)

    async def newest_outcomes(self) -> datetime | None:
        """Return the last hour with outcomes."""
        self._fail_if_asked()
        return max(self._outcomes, default=None)

    async def between(self, since: datetime, until: datetime) -> Sequence[Period]:
        """Return the hours between two times, added up over processes."""
        self._fail_if_asked()
        summed: dict[datetime, Traffic] = {}
        for (hour, _), traffic in self._traffic.items():
            if since <= hour < until:
                summed[hour] = summed[hour] + traffic if hour in summed else traffic
        return [
            Period(at=hour, traffic=summed.get(hour, Traffic()), outcomes=self._outcomes.get(hour, Outcomes()))
            for hour in sorted({*summed, *self._outcomes})
            if since <= hour < until
        ]

    async def forget(self, before: datetime) -> int:
        """Remove hours before a time."""
        self._fail_if_asked()
        old = [key for key in self._traffic if key[0] < before]
        old_outcomes = [hour for hour in self._outcomes if hour < before]
        for key in old:
            del self._traffic[key]
        for hour in old_outcomes:
            del self._outcomes[hour]
        return len(old) + len(old_outcomes)

"""Store the service's figures hour by hour."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from application.use_case import use_case
from domain.errors import MedcostError
from domain.monitoring.hours import HOUR, Outcomes, Traffic, hour_of
from domain.ports.audit import AuditTrail
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from domain.ports.hours import ServiceHours
from domain.ports.keys import ApiKeys
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

_MOST_HOURS: Final = 48
"""The most hours that wait in memory while the store is away."""
_log: Final = logging.getLogger(__name__)


@use_case
class KeepHours:
    """Write down what a process answered in an hour, outcomes that came in, last uses of keys; forget what is old."""

    hours: ServiceHours
    events: ServiceEvents
    trail: AuditTrail
    keys: ApiKeys
    predictions: PredictionRepository
    clock: Clock

    async def traffic(self, hour: datetime, process: UUID, traffic: Traffic) -> None:
        """Store the traffic of one process in an hour so far."""
        await self.hours.put_traffic(hour, process, traffic)

    async def outcomes(self, retention: timedelta) -> None:
        """Store the outcomes of each hour from the one before the last stored hour on; at first, of all relevant hours.

        The last hour was not over when it was stored, and a commit of the hour before may have come late. The present
        hour is stored also without outcomes, so that the next call begins there.
        """
        now = hour_of(self.clock.now())
        newest = await self.hours.newest_outcomes()
        since = now - retention if newest is None else min(newest, now) - HOUR
        came_in = await self.predictions.outcomes_by_hour(hour_of(since))
        await self.hours.put_outcomes({now: Outcomes(), **came_in})

    async def uses(self) -> None:
        """Store the last uses of keys."""
        await self.keys.keep_uses()

    async def forget(self, retention: timedelta, *, audit: timedelta) -> None:
        """Forget hours and events that are older than they are to be kept, and entries of the audit trail."""
        oldest = hour_of(self.clock.now() - retention)
        await self.hours.forget(oldest)
        await self.events.forget(oldest)
        await self.trail.forget(self.clock.now() - audit)


class HourKeeper:
    """Reads the counters of a process regularly, and stores their figures of each hour.

    Counters only rise while their process lives, so an hour's figures are the difference of two readings. A restarted
    process begins with counters at zero, under another identifier. Earlier figures are never overwritten: each hour
    of each process has an identifier of its own, also where the clock was set back.

    Args:
        keep: the use case.
        clock: tells the time.
        count: returns the counters since the process started.
        every: seconds between two readings; the end of an hour always has one.
        retention: the time that hours are kept.
        audit: how long entries of the audit trail are kept.
    """

    def __init__(
        self,
        keep: KeepHours,
        clock: Clock,
        count: Callable[[], Traffic],
        *,
        every: float = 60.0,
        retention: timedelta = timedelta(days=90),
        audit: timedelta = timedelta(days=730),
    ) -> None:
        self._keep, self._clock, self._count = keep, clock, count
        self._every, self._retention, self._audit = every, retention, audit
        self._hour = hour_of(clock.now())
        self._process = uuid4()
        self._before = Traffic()
        self._waiting: dict[tuple[datetime, UUID], Traffic] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Read the counters until `stop` is called, and once more then."""
        while not self._stopping.is_set():
            await self._look_calmly()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._pause())
        await self._look_calmly()

    def stop(self) -> None:
        """End after one more reading."""
        self._stopping.set()

    async def look(self) -> None:
        """Store the figures so far.

        Raises:
            Unavailable: if the store is away; the figures are stored at the next reading.
        """
        self._take_stock()
        for key in sorted(self._waiting):
            await self._keep.traffic(*key, self._waiting[key])
            del self._waiting[key]
        await self._keep.outcomes(self._retention)
        await self._keep.uses()

    def _take_stock(self) -> None:
        """Take the figures of the hour so far; those of an ended hour for the last time."""
        counted, hour = self._count(), hour_of(self._clock.now())
        answered = counted.since(self._before)
        if not answered.is_empty:
            self._waiting[self._hour, self._process] = answered
        if hour != self._hour:
            self._hour = hour
            self._process = uuid4()
            self._before = counted
        while len(self._waiting) > _MOST_HOURS:
            del self._waiting[min(self._waiting)]

    async def _look_calmly(self) -> None:
        """Read the counters, and log errors, so that the service and the next readings go on."""
        begun = self._hour
        try:
            await self.look()
            if self._hour != begun:
                await self._keep.forget(self._retention, audit=self._audit)
        except MedcostError as away:
            _log.info("figures of this hour wait: %s", away)
        except Exception:  # noqa: BLE001  # the service goes on, whatever its figures do; the log has all of it
            _log.exception("the figures of this hour could not be kept")

    def _pause(self) -> float:
        now = self._clock.now()
        return min(self._every, (hour_of(now) + HOUR - now).total_seconds())

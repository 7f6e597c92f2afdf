"""Review the service over time: its answers, its events, and its alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.monitoring.alarms import Acknowledgement, Alarm, of_hours, of_reports, seen
from domain.monitoring.hours import HOUR, Period, hour_of, periods
from domain.operations.events import Event, EventKind, of_jobs, of_ledger, time_line
from domain.ports.alarms import Acknowledgements
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from domain.ports.hours import ServiceHours
from domain.ports.jobs import Jobs
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.monitoring import MonitoringReports
from domain.ports.room import Room

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.monitoring.report import MonitoringReport
    from domain.operations.jobs import Job

_JOBS: Final = 200
"""The most jobs that are reviewed, the newest ones."""
_REPORTS: Final = timedelta(days=90)
_WINDOWS: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=90))
"""Windows in which the beginning of an alarm is searched; longer ones only if it may have begun earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """The service in a span of time.

    Args:
        since: beginning of the span, in UTC.
        until: the present moment.
        periods: all periods of the span, also empty ones; the last one is not over.
        reports: the reports of monitoring, oldest first.
        events: newest first.
        jobs: those under way, and those that were added in the span; newest first.
        alarms: the current alarms, independent of the span.
        free: free bytes on the disk of the home; None where the disk belongs to another machine.
    """

    since: datetime
    until: datetime
    periods: Sequence[Period]
    reports: Sequence[MonitoringReport]
    events: Sequence[Event]
    jobs: Sequence[Job]
    alarms: Sequence[Alarm]
    free: int | None = None


@use_case
class ReviewAlarms:
    """Review the current alarms, with their beginnings and acknowledgements."""

    hours: ServiceHours
    reports: MonitoringReports
    ledger: ModelLedger
    acknowledgements: Acknowledgements
    clock: Clock

    async def __call__(self) -> Sequence[Alarm]:
        """Return the current alarms."""
        now = self.clock.now()
        version = await champion_or_none(self.ledger)
        reports = await self.reports.since(now - _REPORTS)
        alarms = of_reports(reports, version.reference if version else None, now) + await self._of_hours(now)
        return seen(alarms, await self.acknowledgements.all()) if alarms else ()

    async def _of_hours(self, now: datetime) -> list[Alarm]:
        alarms: list[Alarm] = []
        for window in _WINDOWS:
            hours = await self.hours.between(now - window, now)
            alarms = of_hours(hours)
            first = min((hour.at for hour in hours if not hour.few_answers), default=now)
            if all(alarm.since > first for alarm in alarms):
                break
        return alarms


@use_case
class ReviewOperations:
    """Review a span of time from stored hours, the ledger, the jobs and the events."""

    hours: ServiceHours
    events: ServiceEvents
    reports: MonitoringReports
    ledger: ModelLedger
    jobs: Jobs
    room: Room
    clock: Clock
    alarms: ReviewAlarms

    async def __call__(self, span: timedelta, lasts: timedelta) -> Operations:
        """Review the time up to now.

        Args:
            span: length of the span; the first period begins with a full hour.
            lasts: length of a period, in whole hours.
        """
        now = self.clock.now()
        since = hour_of(now) + HOUR - span
        hours = await self.hours.between(since, now)
        jobs = await self.jobs.newest(_JOBS)
        return Operations(
            since=since,
            until=now,
            periods=periods(hours, since=since, until=now, lasts=lasts),
            reports=await self.reports.since(since),
            events=await self._events(since, jobs),
            jobs=[job for job in jobs if job.created_at >= since or not job.state.has_ended],
            alarms=await self.alarms(),
            free=self.room.free(),
        )

    async def _events(self, since: datetime, jobs: Sequence[Job]) -> Sequence[Event]:
        refused = [
            Event(at=at, kind=EventKind.REFUSAL, subject=str(number), detail=verdict.reasons)
            for number, at, verdict in await self.ledger.refusals(since)
        ]
        events = await self.events.since(since)
        return time_line((*events, *of_ledger(await self.ledger.history()), *of_jobs(jobs), *refused), since=since)


@use_case
class AcknowledgeAlarm:
    """Acknowledge an alarm."""

    alarms: ReviewAlarms
    acknowledgements: Acknowledgements
    clock: Clock

    async def __call__(self, name: str, *, by: str) -> bool:
        """Acknowledge the current alarm with this name; return False if it has ended meanwhile."""
        for alarm in await self.alarms():
            if alarm.name == name:
                noted = Acknowledgement(alarm=name, since=alarm.since, at=self.clock.now(), by=by)
                await self.acknowledgements.add(noted)
                return True
        return False

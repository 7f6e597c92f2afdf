"""Alarms: what is wrong now, since when, and who has seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final, TypeVar

from domain.costs.prediction import ModelReference
from domain.monitoring.histogram import added
from domain.monitoring.hours import Period
from domain.monitoring.report import MonitoringReport

STALE: Final = timedelta(days=2)
"""The age from which the lack of a newer report is an alarm: reports are made once a day."""
MOST_FAILED: Final = 0.01
"""The share of responses that may be errors of the service, as in Prometheus' rule ``MedcostApiFails``."""
MOST_SECONDS: Final = 0.5
"""Seconds within which 95 of 100 predictions are answered, as in ``MedcostApiSlow``; an end of a bucket."""
_PREDICTION: Final = "POST /api/v1/predictions "

FAILS: Final = "fails"
SLOW: Final = "slow"
NO_REPORT: Final = "stale"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The acknowledgement of an alarm, which holds until the alarm ends; a later alarm of the same name is another.

    Args:
        alarm: the name of the alarm.
        since: when that alarm began.
        at: when it was seen.
        by: who saw it.
    """

    alarm: str
    since: datetime
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that is wrong now.

    Args:
        name: ``drift:age``, ``coverage:smoker=yes``, ``level``, ``stale``, ``fails`` or ``slow``.
        since: when it began.
        seen: who has seen it; None if nobody has.
    """

    name: str
    since: datetime
    seen: Acknowledgement | None = None

    @property
    def rule(self) -> str:
        """Return the rule that raised the alarm: the name up to a colon."""
        return self.name.partition(":")[0]

    @property
    def about(self) -> str:
        """Return which column or group it is about; empty where the rule is about the whole."""
        return self.name.partition(":")[2]


def of_reports(reports: Sequence[MonitoringReport], champion: ModelReference | None, now: datetime) -> list[Alarm]:
    """Return the alarms of the newest report about the champion, each since the first report that had it without a gap.

    Args:
        reports: oldest first.
        champion: alarms about a model that was replaced have ended.
        now: the present time, by which the newest report may be too old; without any report there is no such alarm.
    """
    alarms: list[Alarm] = []
    mine = [report for report in reports if report.model == champion]
    for name in mine[-1].alarms if mine else ():

        def raised(report: MonitoringReport, name: str = name) -> bool:
            return name in report.alarms

        alarms.append(Alarm(name=name, since=_run(mine, raised).at))
    if reports and now - reports[-1].at > STALE:
        alarms.append(Alarm(name=NO_REPORT, since=reports[-1].at + STALE))
    return alarms


def of_hours(hours: Sequence[Period]) -> list[Alarm]:
    """Return the alarms of the newest hour with enough requests, each since the first hour without a gap.

    Args:
        hours: oldest first, up to the present one; hours with few requests are ignored.
    """
    enough = [hour for hour in hours if not hour.few_answers]
    rules: dict[str, Callable[[Period], bool]] = {FAILS: _fails, SLOW: _is_slow}
    return [
        Alarm(name=name, since=_run(enough, broken).at)
        for name, broken in rules.items()
        if enough and broken(enough[-1])
    ]


def seen(alarms: Iterable[Alarm], acknowledgements: Iterable[Acknowledgement]) -> list[Alarm]:
    """Add to each alarm who has acknowledged it."""
    by_alarm = {(acknowledgement.alarm, acknowledgement.since): acknowledgement for acknowledgement in acknowledgements}
    return [Alarm(name=alarm.name, since=alarm.since, seen=by_alarm.get((alarm.name, alarm.since))) for alarm in alarms]


def _run(line: Sequence[_T], broken: Callable[[_T], bool]) -> _T:
    """Return the first element of the run of broken ones at the end of a sequence."""
    *_, first = takewhile(broken, reversed(line))
    return first


def _fails(hour: Period) -> bool:
    return hour.traffic.failed > MOST_FAILED * hour.traffic.answers


def _is_slow(hour: Period) -> bool:
    """Return whether the 95th percentile of predictions is surely too long: its whole bucket lies above."""
    predictions = added(histogram for name, histogram in hour.traffic.requests.items() if name.startswith(_PREDICTION))
    p95 = predictions.percentile(0.95) if predictions else None
    return p95 is not None and p95.low >= MOST_SECONDS

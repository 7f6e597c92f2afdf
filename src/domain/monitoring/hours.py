"""Hourly figures of the service: requests, errors, groups of predictions, and recorded outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Final, TypeVar

from domain.monitoring.histogram import FEWEST, Histogram, added
from domain.monitoring.report import FEWEST_OUTCOMES

# imports stand outside of TYPE_CHECKING because adapters decode these classes from JSON
HOUR: Final = timedelta(hours=1)
_OURS: Final = "5"
_THEIRS: Final = "4"
"""First digits of the status of a response that is an error of the service, and of the caller."""
_WATCHED: Final = ("/health/", "/metrics")
"""Routes that machines poll so often that they would hide the requests of people."""

_T = TypeVar("_T")


def hour_of(at: datetime) -> datetime:
    """Return the beginning of the hour, in UTC.

    >>> hour_of(datetime(2026, 1, 1, 12, 34, 56, tzinfo=UTC)).isoformat()
    '2026-01-01T12:00:00+00:00'
    """
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The responses of one process, or several, in a span of time.

    Args:
        requests: seconds from request to answer, by method, route and status: ``POST /api/v1/predictions 201``.
        errors: answers that are problems, by the class of the error.
        groups: predictions that shared a question to the model server (``predict``) or a commit (``record``).
        predictions: predictions answered, by version of the model.
    """

    requests: Mapping[str, Histogram] = field(default_factory=dict[str, Histogram])
    errors: Mapping[str, int] = field(default_factory=dict[str, int])
    groups: Mapping[str, Histogram] = field(default_factory=dict[str, Histogram])
    predictions: Mapping[str, int] = field(default_factory=dict[str, int])

    def __add__(self, other: Traffic) -> Traffic:
        """Return the sum of both."""
        return Traffic(
            requests=_merged(self.requests, other.requests, add),
            errors=_merged(self.errors, other.errors, add),
            groups=_merged(self.groups, other.groups, add),
            predictions=_merged(self.predictions, other.predictions, add),
        )

    def since(self, earlier: Traffic) -> Traffic:
        """Return what was answered after an earlier look at the same counters; see `Histogram.since`."""
        return Traffic(
            requests=_grown(self.requests, earlier.requests),
            errors=_risen(self.errors, earlier.errors),
            groups=_grown(self.groups, earlier.groups),
            predictions=_risen(self.predictions, earlier.predictions),
        )

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was answered."""
        return not (self.requests or self.errors or self.groups or self.predictions)

    @property
    def latency(self) -> Histogram | None:
        """Return the seconds of all responses except to health checks and metrics; None if there are none."""
        return added(self._counted().values())

    @property
    def answers(self) -> int:
        """Return the number of responses except to health checks and metrics."""
        return sum(histogram.count for histogram in self._counted().values())

    @property
    def failed(self) -> int:
        """Return the number of responses that are errors of the service: statuses from 500 on."""
        return self._with_status(_OURS)

    @property
    def refused(self) -> int:
        """Return the number of responses that are errors of the caller: statuses from 400 to 499."""
        return self._with_status(_THEIRS)

    def _counted(self) -> Mapping[str, Histogram]:
        return {
            name: histogram for name, histogram in self.requests.items() if not any(part in name for part in _WATCHED)
        }

    def _with_status(self, digit: str) -> int:
        return sum(
            histogram.count for name, histogram in self._counted().items() if name.rpartition(" ")[2].startswith(digit)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Real costs that were recorded in a span of time, with their predictions; money in the currency of the costs.

    Args:
        outcomes: number of outcomes.
        inside: number of them in the published range.
        expected: sum of the expected costs that were predicted.
        observed: sum of the real costs.
    """

    outcomes: int = 0
    inside: int = 0
    expected: float = 0.0
    observed: float = 0.0

    def __add__(self, other: Outcomes) -> Outcomes:
        """Return the sum of both."""
        return Outcomes(
            outcomes=self.outcomes + other.outcomes,
            inside=self.inside + other.inside,
            expected=self.expected + other.expected,
            observed=self.observed + other.observed,
        )

    @property
    def coverage(self) -> float | None:
        """Return the share of real costs in the published range; None if there are none."""
        return self.inside / self.outcomes if self.outcomes else None

    @property
    def ratio(self) -> float | None:
        """Return predicted over observed cost; None where nothing was spent."""
        return self.expected / self.observed if self.observed > 0 else None

    @property
    def few(self) -> bool:
        """Return whether there are too few outcomes to judge."""
        return self.outcomes < FEWEST_OUTCOMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An hour, or a few of them.

    Args:
        at: beginning, in UTC.
        lasts: length.
        traffic: the traffic of all processes.
        outcomes: recorded in the period.
    """

    at: datetime
    lasts: timedelta = HOUR
    traffic: Traffic = field(default_factory=Traffic)
    outcomes: Outcomes = field(default_factory=Outcomes)

    @property
    def few_answers(self) -> bool:
        """Return whether too few requests were answered to say how long they take."""
        return self.traffic.answers < FEWEST


def periods(hours: Iterable[Period], *, since: datetime, until: datetime, lasts: timedelta) -> Sequence[Period]:
    """Return the periods from one time to another, with their hours added up; empty periods are among them.

    Args:
        hours: in any order; several of the same hour are added up.
        since: beginning of the first period, a full hour.
        until: the last period holds it, or ends with it.
        lasts: whole hours.
    """
    held: dict[int, list[Period]] = {}
    for hour in hours:
        held.setdefault((hour.at - since) // lasts, []).append(hour)
    return [_whole(held.get(place, ()), at, lasts) for place, at in enumerate(_beginnings(since, until, lasts))]


def _beginnings(since: datetime, until: datetime, lasts: timedelta) -> Iterator[datetime]:
    while since < until:
        yield since
        since += lasts


def _whole(hours: Sequence[Period], at: datetime, lasts: timedelta) -> Period:
    return Period(
        at=at,
        lasts=lasts,
        traffic=reduce(add, (hour.traffic for hour in hours), Traffic()),
        outcomes=reduce(add, (hour.outcomes for hour in hours), Outcomes()),
    )


def _merged(these: Mapping[str, _T], those: Mapping[str, _T], how: Callable[[_T, _T], _T]) -> dict[str, _T]:
    return {**these, **{key: how(these[key], value) if key in these else value for key, value in those.items()}}


def _grown(now: Mapping[str, Histogram], before: Mapping[str, Histogram]) -> dict[str, Histogram]:
    grown = {key: histogram.since(before[key]) if key in before else histogram for key, histogram in now.items()}
    return {key: histogram for key, histogram in grown.items() if histogram.count}


def _risen(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    risen = {key: _rise(count, before.get(key, 0)) for key, count in now.items()}
    return {key: count for key, count in risen.items() if count}


def _rise(now: int, before: int) -> int:
    """Subtract earlier counters; a counter that has fallen was started anew."""
    return now - before if now >= before else now

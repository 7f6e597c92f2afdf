"""The service over a span of time: which spans there are, their figures, drawn and as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from functools import partial, reduce
from math import isfinite
from operator import add
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import INTERVAL_LEVEL
from domain.monitoring.hours import HOUR, Traffic
from domain.operations.events import EventKind
from entrypoints.dashboard.charts.over_time import Chart, Line, Times
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from application.operations.review_operations import Operations
    from domain.monitoring.histogram import Percentile
    from domain.monitoring.hours import Period
    from domain.monitoring.report import MonitoringReport
    from entrypoints.dashboard.locale.speech import Words

_DAY: Final = timedelta(days=1)
SPANS: Final[Mapping[str, tuple[timedelta, timedelta]]] = {
    "day": (_DAY, HOUR),
    "week": (7 * _DAY, 6 * HOUR),
    "month": (30 * _DAY, _DAY),
}
"""Spans that can be looked at, and the length of a period of each."""
_MARKED: Final = frozenset({EventKind.DEPLOYMENT, EventKind.RESTART, EventKind.PROMOTION, EventKind.ROLLBACK})
_NOTABLE: Final = 0.1
"""Stability index from which a shift is worth a look, as everywhere in monitoring."""
_LONG: Final = 0.1
"""Seconds from which tenths of a millisecond say nothing."""


def milliseconds(seconds: float) -> str:
    """Write seconds as milliseconds, with no more digits than say something."""
    return f"{1000 * seconds:,.0f}" if seconds >= _LONG or not seconds else f"{1000 * seconds:.1f}"


def charts(operations: Operations, words: Words) -> Sequence[Chart]:
    """Return the figures of a span, in the order in which they stand."""
    periods = operations.periods
    times = Times([period.at for period in periods], periods[0].lasts)
    events = [
        (event.at, words(f"operations.event.{event.kind}")) for event in operations.events if event.kind in _MARKED
    ]
    chart = partial(Chart, times=times, events=events)
    answered = [period.traffic.answers for period in periods]
    counts = [
        Line(name=words("operations.over.answered"), values=answered, look="bars"),
        Line(name=words("operations.errors"), values=[period.traffic.failed for period in periods], look="bars bad"),
    ]
    return (
        chart(
            title=words("operations.requests"),
            lines=counts if any(answered) else [],
            write=lambda count: words.count(round(count)),
            whole=True,
        ),
        chart(
            title=words("operations.over.latency"),
            lines=[
                _latency(periods, words("operations.median"), 0.5, "line"),
                _latency(periods, words("operations.p95"), 0.95, "line second"),
            ],
            write=lambda seconds: words("operations.ms", ms=milliseconds(seconds)),
        ),
        chart(
            title=words("operations.over.together"),
            lines=[
                _together(periods, words("operations.groups.predict"), "predict", "line"),
                _together(periods, words("operations.groups.record"), "record", "line second"),
            ],
            write=lambda mean: f"{mean:.1f}",
        ),
        chart(
            title=words("operations.inside"),
            lines=[
                _outcomes(periods, words("operations.over.share"), [period.outcomes.coverage for period in periods])
            ],
            write=words.share,
            target=INTERVAL_LEVEL,
            most=1.0,
        ),
        chart(
            title=words("operations.over.ratio"),
            lines=[_outcomes(periods, words("operations.over.ratio"), [period.outcomes.ratio for period in periods])],
            write=lambda ratio: f"{ratio:.2f}",
            target=1.0,
        ),
        chart(
            title=words("operations.over.drift"),
            lines=[
                Line(name=words("operations.fit.index"), values=[_shift(report) for report in _reports(operations)])
            ],
            write=lambda index: f"{index:.2f}",
            target=_NOTABLE,
        ),
    )


def file_of(operations: Operations) -> str:
    """Write the figures of a span as CSV: a line for each period, times in UTC, durations in seconds."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(
        _line(period, report) for period, report in zip(operations.periods, _reports(operations), strict=True)
    )
    return text.getvalue()


_COLUMNS: Final = (
    *("begins_at", "hours", "requests", "refused", "failed", "few_requests"),
    *("p50_seconds", "p50_low", "p50_high", "p95_seconds", "p95_low", "p95_high"),
    *("predictions", "rows_per_model_call", "rows_per_commit"),
    *("outcomes", "inside", "coverage", "predicted_over_observed", "few_outcomes"),
    *("largest_stability_index", "alarms_of_report", "errors"),
)


def _line(period: Period, report: MonitoringReport | None) -> tuple[object, ...]:
    latency, outcomes, groups = period.traffic.latency, period.outcomes, period.traffic.groups
    return (
        *(
            period.at.isoformat(),
            period.lasts / HOUR,
            period.traffic.answers,
            period.traffic.refused,
            period.traffic.failed,
        ),
        period.few_answers,
        *_ends(latency.percentile(0.5) if latency else None),
        *_ends(latency.percentile(0.95) if latency else None),
        sum(period.traffic.predictions.values()),
        *(groups[stage].mean if stage in groups else "" for stage in ("predict", "record")),
        *(outcomes.outcomes, outcomes.inside, _or_nothing(outcomes.coverage), _or_nothing(outcomes.ratio)),
        outcomes.few,
        *(_or_nothing(_shift(report)), " ".join(report.alarms) if report else ""),
        " ".join(f"{kind}={count}" for kind, count in sorted(period.traffic.errors.items())),
    )


def _ends(percentile: Percentile | None) -> tuple[object, ...]:
    if percentile is None:
        return "", "", ""
    return percentile.value, percentile.low, percentile.high if isfinite(percentile.high) else ""


def _or_nothing(value: float | None) -> float | str:
    return "" if value is None else value


def _latency(periods: Sequence[Period], name: str, level: float, look: str) -> Line:
    read = [latency.percentile(level) if (latency := period.traffic.latency) else None for period in periods]
    return Line(
        name=name,
        values=[percentile.value if percentile else None for percentile in read],
        few=[period.few_answers for period in periods],
        look=look,
    )


def _together(periods: Sequence[Period], name: str, stage: str, look: str) -> Line:
    groups = [period.traffic.groups.get(stage) for period in periods]
    return Line(name=name, values=[group.mean if group else None for group in groups], look=look)


def _outcomes(periods: Sequence[Period], name: str, values: Sequence[float | None]) -> Line:
    return Line(name=name, values=values, few=[period.outcomes.few for period in periods])


def _reports(operations: Operations) -> Sequence[MonitoringReport | None]:
    """Return the last report of each period, None where there is none."""
    last = {(report.at - operations.since) // operations.periods[0].lasts: report for report in operations.reports}
    return [last.get(place) for place in range(len(operations.periods))]


def _shift(report: MonitoringReport | None) -> float | None:
    """Return the largest stability index of a report's columns; None where none was compared."""
    return max((column.psi for column in report.columns), default=None) if report else None


def errors(periods: Iterable[Period], words: Words) -> Markup:
    """List errors by kind."""
    kinds = reduce(add, (period.traffic for period in periods), Traffic()).errors
    title = words("operations.over.errors")
    if not kinds:
        return together(element("h3", title), paragraph(words("operations.over.errors.none"), "empty"))
    rows = [(kind, words.count(count)) for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]
    heads = [words("operations.over.kind"), words("operations.over.count")]
    lead = paragraph(words("operations.over.errors.lead"), "hint")
    return together(element("h3", title), lead, model_facts.table(title, heads, rows))

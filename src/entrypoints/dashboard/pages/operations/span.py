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


def charts(found: Operations, words: Words) -> Sequence[Chart]:
    """Return the figures of a span, in the order in which they stand."""
    periods = found.periods
    times = Times([one.at for one in periods], periods[0].lasts)
    chart = partial(Chart, times=times, events=[one.at for one in found.events if one.kind in _MARKED])
    answered = [one.traffic.answers for one in periods]
    counts = [
        Line(name=words("operations.over.answered"), values=answered, look="bars"),
        Line(name=words("operations.errors"), values=[one.traffic.failed for one in periods], look="bars bad"),
    ]
    return (
        chart(
            title=words("operations.over.requests"),
            lines=counts if any(answered) else [],
            write=lambda count: words.count(round(count)),
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
            lines=[_outcomes(periods, words("operations.over.share"), [one.outcomes.coverage for one in periods])],
            write=words.share,
            target=INTERVAL_LEVEL,
            most=1.0,
        ),
        chart(
            title=words("operations.over.ratio"),
            lines=[_outcomes(periods, words("operations.over.ratio"), [one.outcomes.ratio for one in periods])],
            write=lambda ratio: f"{ratio:.2f}",
            target=1.0,
        ),
        chart(
            title=words("operations.over.drift"),
            lines=[Line(name=words("operations.fit.index"), values=[_shift(one) for one in _reports(found)])],
            write=lambda index: f"{index:.2f}",
            target=_NOTABLE,
        ),
    )


def file_of(found: Operations) -> str:
    """Write the figures of a span as CSV: a line for each period, times in UTC, durations in seconds."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_line(one, report) for one, report in zip(found.periods, _reports(found), strict=True))
    return text.getvalue()


_COLUMNS: Final = (
    *("begins_at", "hours", "requests", "refused", "failed", "few_requests"),
    *("p50_seconds", "p50_low", "p50_high", "p95_seconds", "p95_low", "p95_high"),
    *("predictions", "rows_per_model_call", "rows_per_commit"),
    *("outcomes", "inside", "coverage", "predicted_over_observed", "few_outcomes"),
    *("largest_stability_index", "alarms_of_report", "errors"),
)


def _line(one: Period, report: MonitoringReport | None) -> tuple[object, ...]:
    latency, outcomes, groups = one.traffic.latency, one.outcomes, one.traffic.groups
    return (
        *(one.at.isoformat(), one.lasts / HOUR, one.traffic.answers, one.traffic.refused, one.traffic.failed),
        one.few_answers,
        *_ends(latency.percentile(0.5) if latency else None),
        *_ends(latency.percentile(0.95) if latency else None),
        sum(one.traffic.predictions.values()),
        *(groups[stage].mean if stage in groups else "" for stage in ("predict", "record")),
        *(outcomes.outcomes, outcomes.inside, _or_nothing(outcomes.coverage), _or_nothing(outcomes.ratio)),
        outcomes.few,
        *(_or_nothing(_shift(report)), " ".join(report.alarms) if report else ""),
        " ".join(f"{kind}={count}" for kind, count in sorted(one.traffic.errors.items())),
    )


def _ends(percentile: Percentile | None) -> tuple[object, ...]:
    if percentile is None:
        return "", "", ""
    return percentile.value, percentile.low, percentile.high if isfinite(percentile.high) else ""


def _or_nothing(value: float | None) -> float | str:
    return "" if value is None else value


def _latency(periods: Sequence[Period], name: str, level: float, look: str) -> Line:
    read = [latency.percentile(level) if (latency := one.traffic.latency) else None for one in periods]
    return Line(
        name=name,
        values=[one.value if one else None for one in read],
        few=[one.few_answers for one in periods],
        look=look,
    )


def _together(periods: Sequence[Period], name: str, stage: str, look: str) -> Line:
    groups = [one.traffic.groups.get(stage) for one in periods]
    return Line(name=name, values=[one.mean if one else None for one in groups], look=look)


def _outcomes(periods: Sequence[Period], name: str, values: Sequence[float | None]) -> Line:
    return Line(name=name, values=values, few=[one.outcomes.few for one in periods])


def _reports(found: Operations) -> Sequence[MonitoringReport | None]:
    """Return the last report of each period, None where there is none."""
    last = {(one.at - found.since) // found.periods[0].lasts: one for one in found.reports}
    return [last.get(place) for place in range(len(found.periods))]


def _shift(report: MonitoringReport | None) -> float | None:
    """Return the largest stability index of a report's columns; None where none was compared."""
    return max((one.psi for one in report.columns), default=None) if report else None


def errors(periods: Iterable[Period], words: Words) -> Markup:
    """List errors by kind."""
    kinds = reduce(add, (one.traffic for one in periods), Traffic()).errors
    title = words("operations.over.errors")
    if not kinds:
        return together(element("h3", title), paragraph(words("operations.over.errors.none"), "empty"))
    rows = [(kind, words.count(count)) for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))]
    heads = [words("operations.over.kind"), words("operations.over.count")]
    return together(element("h3", title), model_facts.table(title, heads, rows))

"""Alarms begin where the run of what is wrong began, and end with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.costs.prediction import ModelReference
from domain.monitoring.alarms import STALE, Acknowledgement, Alarm, of_hours, of_reports, seen
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import HOUR, Period, Traffic
from domain.monitoring.report import MonitoringReport

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MODEL = ModelReference(3, "d" * 64)
FITS = MonitoringReport(
    at=NOON, since=NOON - 30 * DAY, model=MODEL, reference_rows=10, predictions=10, outcomes=0, columns=(), groups=()
)
DRIFTED = replace(
    FITS, columns=(ColumnDrift(column="age", test="t", statistic=1, p_value=0, psi=1, adjusted_p=0, drifted=True),)
)  # fmt: skip


def daily(*reports: MonitoringReport) -> list[MonitoringReport]:
    return [replace(report, at=NOON + day * DAY) for day, report in enumerate(reports)]


def test_an_alarm_began_with_the_first_report_of_its_run() -> None:
    reports = daily(DRIFTED, FITS, DRIFTED, DRIFTED)
    assert of_reports(reports, MODEL, reports[-1].at) == [Alarm(name="drift:age", since=NOON + 2 * DAY)]
    (alarm,) = of_reports(reports, MODEL, reports[-1].at)
    assert (alarm.rule, alarm.about) == ("drift", "age")


def test_an_alarm_ends_with_a_report_without_it_and_with_the_champion_it_was_about() -> None:
    ended = daily(DRIFTED, FITS)
    assert of_reports(ended, MODEL, ended[-1].at) == []
    assert of_reports(daily(DRIFTED), replace(MODEL, version=4), NOON) == []
    assert of_reports(daily(DRIFTED), None, NOON) == []


def test_silence_is_an_alarm_where_there_were_reports() -> None:
    assert of_reports(daily(FITS), MODEL, NOON + STALE) == []
    assert of_reports(daily(FITS), MODEL, NOON + STALE + HOUR) == [Alarm(name="stale", since=NOON + STALE)]
    assert of_reports([], MODEL, NOON) == []


def hour(at: int, *counts: int, failed: int = 0) -> Period:
    predictions = Histogram((0.1, 0.5, 1.0), counts)
    requests = {"POST /api/v1/predictions 201": predictions}
    if failed:
        requests["POST /api/v1/predictions 503"] = Histogram((0.1, 0.5, 1.0), (failed, 0, 0, 0))
    return Period(at=NOON + at * HOUR, traffic=Traffic(requests=requests))


def test_more_than_one_failed_answer_in_a_hundred_is_an_alarm() -> None:
    assert of_hours([hour(0, 99, 0, 0, 0, failed=1)]) == []
    assert of_hours([hour(0, 98, 0, 0, 0, failed=1)]) == [Alarm(name="fails", since=NOON)]
    assert of_hours([]) == []


def test_an_hour_is_slow_only_where_the_whole_bucket_of_the_percentile_is() -> None:
    assert of_hours([hour(0, 90, 10, 0, 0)]) == []
    assert of_hours([hour(0, 90, 0, 10, 0)]) == [Alarm(name="slow", since=NOON)]


def test_hours_in_which_few_asked_neither_begin_nor_end_an_alarm() -> None:
    bad, good, few_bad, few_good = (90, 0, 10, 0), (100, 0, 0, 0), (0, 0, 5, 0), (5, 0, 0, 0)
    assert of_hours([hour(0, *few_bad)]) == []
    assert of_hours([hour(0, *good), hour(1, *bad), hour(2, *few_good), hour(3, *bad), hour(4, *few_good)]) == [
        Alarm(name="slow", since=NOON + HOUR)
    ]
    assert of_hours([hour(0, *bad), hour(1, *good), hour(2, *few_bad)]) == []


def test_an_alarm_is_seen_until_it_ends() -> None:
    noted = Acknowledgement(alarm="slow", since=NOON, at=NOON + HOUR, by="ann")
    alarms = [Alarm(name="slow", since=NOON), Alarm(name="fails", since=NOON)]
    assert [alarm.seen for alarm in seen(alarms, [noted])] == [noted, None]
    assert seen([Alarm(name="slow", since=NOON + DAY)], [noted])[0].seen is None

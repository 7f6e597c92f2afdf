"""The service over time, drawn and as a file: without a browser."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.operations.review_operations import Operations
from domain.access.keys import KeyUse, Role
from domain.costs.prediction import ModelReference
from domain.monitoring.alarms import Acknowledgement, Alarm
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.histogram import FEWEST, Histogram
from domain.monitoring.hours import HOUR, Outcomes, Period, Traffic, periods
from domain.monitoring.report import MonitoringReport
from domain.operations.events import Event, EventKind
from domain.operations.jobs import Job, JobKind, JobProblem, JobState
from entrypoints.dashboard.charts.over_time import Chart, Line, Times, over_time
from entrypoints.dashboard.elements import together
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.operations import records
from entrypoints.dashboard.pages.operations.span import charts, errors, file_of, milliseconds
from tests.support.words import words_in

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMES = Times([NOON + i * HOUR for i in range(4)], HOUR)
BUSY = Traffic(
    requests={
        "POST /api/v1/predictions 201": Histogram((0.01, 0.02), (FEWEST, 0, 0), 0.3),
        "POST /api/v1/predictions 503": Histogram((0.01, 0.02), (0, 0, 2), 1.0),
    },
    errors={"RepositoryUnavailable": 2, "InvalidInput": 5},
    groups={"predict": Histogram((1.0,), (1, 1), 7.0)},
    predictions={"3": 59},
)
QUIET = Traffic(requests={"GET /api/v1/models 200": Histogram((0.01, 0.02), (0, 3, 0), 0.05)})
REPORT = MonitoringReport(
    at=NOON + 1.5 * HOUR, since=NOON, model=ModelReference(3, "d" * 64), reference_rows=9, predictions=9, outcomes=0,
    columns=(
        ColumnDrift(column="age", test="t", statistic=1, p_value=0, psi=0.25, adjusted_p=0, drifted=True),
        ColumnDrift(column="bmi", test="t", statistic=1, p_value=1, psi=0.01, adjusted_p=1, drifted=False),
    ),
    groups=(),
)  # fmt: skip
HOURS = [
    Period(at=NOON, traffic=BUSY, outcomes=Outcomes(outcomes=40, inside=36, expected=90.0, observed=100.0)),
    Period(at=NOON + HOUR, traffic=QUIET, outcomes=Outcomes(outcomes=2, inside=1, expected=3.0, observed=2.0)),
]
OPERATIONS = Operations(
    since=NOON,
    until=NOON + 3.5 * HOUR,
    periods=periods(HOURS, since=NOON, until=NOON + 3.5 * HOUR, lasts=HOUR),
    reports=[REPORT],
    events=[
        Event(at=NOON + 2 * HOUR, kind=EventKind.PROMOTION, subject="4", detail="ann: better"),
        Event(at=NOON + HOUR, kind=EventKind.AWAY, subject="model", detail="<no answer>"),
    ],
    jobs=(),
    alarms=(),
)


def chart(words: Words, *lines: Line, **more: object) -> str:
    made = Chart(title="Things", times=TIMES, lines=lines, write=lambda value: f"{value:g}", **more)  # type: ignore[arg-type]
    return over_time(made, words, [words.moment(at) for at in TIMES.begin])


def drawn(operations: Operations, words: Words) -> str:
    moments = [words.moment(period.at) for period in operations.periods]
    return together(
        *[over_time(figure, words, moments) for figure in charts(operations, words)], errors(operations.periods, words)
    )


def test_a_value_that_rests_on_few_is_drawn_hollow_and_called_few(words: Words):
    html = chart(words, Line(name="Mean", values=[1.0, 2.0, None, 4.0], few=[False, True, False, False]))
    assert html.count("point line few") == 1
    assert html.count('class="point line"') == 2
    assert "2 (few)" in html
    assert "4 (few)" not in html


def test_a_line_is_interrupted_where_there_is_no_value(words: Words):
    html = chart(words, Line(name="Mean", values=[1.0, 2.0, None, 4.0]))
    (path,) = re.findall(r'class="curve line" d="([^"]+)"', html)
    assert [part.count(",") for part in path.split("M")[1:]] == [2, 1]


def test_an_axis_of_counts_has_no_halves(words: Words):
    html = chart(words, Line(name="Count", values=[0.0, 1.0, 0.0, 0.0], look="bars"), whole=True)
    assert re.findall(r'class="level"[^>]*>([^<]+)<', html) == ["0", "1"]


def test_bars_rise_from_the_axis_and_the_numbers_unfold_the_newest_first(words: Words):
    html = chart(words, Line(name="Count", values=[0.0, 50.0, 100.0, 0.0], look="bars"), most=100.0)
    assert re.findall(r"V([\d.]+) H", html) == ["100.0", "0.0"]
    assert html.index("14:00 UTC</th><td>100") < html.index("13:00 UTC</th><td>50")
    assert "Things. Count: 0 at Mar 1, 2026, 15:00 UTC; highest 100 at Mar 1, 2026, 14:00 UTC" in html


def test_without_values_a_chart_says_so_and_draws_nothing(words: Words):
    html = chart(words, Line(name="Mean", values=[None] * 4), target=0.9)
    assert words("operations.over.none") in html
    assert "<svg" not in html


def test_events_and_a_target_stand_where_they_belong(words: Words):
    html = chart(
        words, Line(name="Mean", values=[1.0] * 4), events=[(NOON + 2 * HOUR, "promoted")], target=0.5, most=1.0
    )
    assert '<i class="event-line" style="left:50.00%"><b>14:00 promoted</b></i>' in html
    assert 'class="target-line" style="left:0.00%;width:100.00%;bottom:50.00%"' in html


def test_the_labels_of_events_do_not_cover_each_other(words: Words):
    moments = [(NOON + hours * HOUR, "promoted") for hours in (2, 2.1, 4)]
    html = chart(words, Line(name="Mean", values=[1.0] * 4), events=moments, most=1.0)
    assert html.count("event-line") == 3
    assert re.findall("<b>(.*?)</b>", html) == ["14:00 promoted", "16:00"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_figure_of_a_span_is_drawn(language: str):
    words = words_in(language)
    html = drawn(OPERATIONS, words)
    assert html.count("<svg") == 6
    assert html.count('class="event-line"') == 6  # the promotion; that a part went is in the list of events
    assert "RepositoryUnavailable" in html
    assert "InvalidInput" in html
    assert words("operations.over.errors.lead") in html


def test_a_chart_is_the_same_until_one_of_its_figures_changes(words: Words):
    more = Period(at=NOON, traffic=BUSY + BUSY, outcomes=HOURS[0].outcomes)
    later = replace(OPERATIONS, periods=[more, *OPERATIONS.periods[1:]])
    changed = [a != b for a, b in zip(charts(OPERATIONS, words), charts(later, words), strict=True)]
    assert not any(a != b for a, b in zip(charts(OPERATIONS, words), charts(replace(OPERATIONS), words), strict=True))
    assert changed[0]
    assert not any(changed[3:])


def test_a_span_in_which_nothing_was_says_so(words: Words):
    empty = replace(
        OPERATIONS, periods=periods([], since=NOON, until=NOON + HOUR, lasts=HOUR), reports=(), events=()
    )  # fmt: skip
    html = drawn(empty, words)
    assert html.count(words("operations.over.none")) == 6
    assert words("operations.over.errors.none") in html
    assert words("operations.over.errors.lead") not in html


def test_the_file_has_a_line_for_each_period_with_errors_of_percentiles():
    first, second, third, fourth = csv.DictReader(io.StringIO(file_of(OPERATIONS)))
    assert (first["begins_at"], first["hours"], first["requests"], first["failed"]) == (
        NOON.isoformat(),
        "1.0",
        "61",
        "2",
    )
    assert (first["p50_low"], first["p50_high"], first["few_requests"]) == ("0.0", "0.01", "False")
    assert float(first["p95_seconds"]) == pytest.approx(0.01 * 0.95 * 61 / 59)
    assert (first["p95_low"], first["p95_high"]) == ("0.0", "0.01")
    assert (first["predictions"], first["rows_per_model_call"], first["rows_per_commit"]) == ("59", "3.5", "")
    assert (first["coverage"], first["predicted_over_observed"], first["few_outcomes"]) == ("0.9", "0.9", "False")
    assert first["errors"] == "InvalidInput=5 RepositoryUnavailable=2"
    assert (second["few_requests"], second["few_outcomes"]) == ("True", "True")
    assert (second["largest_stability_index"], second["alarms_of_report"]) == ("0.25", "drift:age")
    assert (third["requests"], third["p95_seconds"], third["coverage"]) == ("0", "", "")
    assert fourth["largest_stability_index"] == ""


def test_a_percentile_above_the_last_bucket_has_no_upper_end_in_the_file():
    slow = Period(at=NOON, traffic=Traffic(requests={"GET / 200": Histogram((0.01,), (0, 1), 3.0)}))
    (line,) = csv.DictReader(io.StringIO(file_of(replace(OPERATIONS, periods=[slow], reports=()))))
    assert (line["p95_low"], line["p95_high"]) == ("0.01", "")


@pytest.mark.parametrize(("seconds", "written"), [(0, "0"), (0.00123, "1.2"), (0.0999, "99.9"), (3.75, "3,750")])
def test_milliseconds_have_no_more_digits_than_say_something(seconds: float, written: str):
    assert milliseconds(seconds) == written


def test_events_are_told_with_what_they_are_about_and_texts_of_others_are_escaped(words: Words):
    html = records.events(OPERATIONS.events, words)
    assert "version 4" in html
    assert "ann: better" in html
    assert "Model server" in html
    assert "&lt;no answer&gt;" in html
    assert words("operations.events.none") in records.events([], words)


def test_of_many_events_the_newest_are_listed_and_how_many_there_are_is_said(words: Words):
    many = [Event(at=NOON - i * HOUR, kind=EventKind.START, subject="web") for i in range(60)]
    html = records.events(many, words)
    assert html.count("started") == 50
    assert "The newest 50 of 60 are shown." in html


def test_jobs_are_told_with_their_problems(words: Words):
    job = Job(
        id=uuid4(), kind=JobKind.PROMOTION, task={"version": 2}, owner="key:1", created_at=NOON,
        state=JobState.FAILED, problem=JobProblem("PromotionRefused", "it is worse"), ended_at=NOON,
    )  # fmt: skip
    html = records.jobs([job], words)
    assert "promotion" in html
    assert "failed" in html
    assert "it is worse" in html


def test_keys_are_told_with_their_last_use_and_whether_they_open_anything(words: Words):
    day = timedelta(days=1)
    used = KeyUse(uuid4(), "claims", Role.CLIENT, NOON - day, None, None, NOON)
    others = [
        replace(used, name="old", used_at=None, expires_at=NOON - HOUR),
        replace(used, name="lost", role=Role.ADMIN, revoked_at=NOON - HOUR),
    ]
    html = records.keys([used, *others], NOON, words)
    rows = re.findall(r"<tr>.*?</tr>", html)[1:]
    assert [re.search(r"valid|expired|revoked", row)[0] for row in rows] == ["valid", "expired", "revoked"]  # type: ignore[index]
    assert "Mar 1, 2026, 12:00 UTC" in rows[0]
    assert "never" in rows[1]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "name", ["drift:age", "drift:pit", "coverage:smoker=yes", "coverage:all", "level", "stale", "fails", "slow"]
)
def test_every_alarm_says_its_rule_and_who_has_seen_it(language: str, name: str):
    words = words_in(language)
    unseen = Alarm(name=name, since=NOON)
    rule = words(f"operations.alarm.{unseen.rule}.rule")
    html = records.alarm(unseen, words)
    assert rule in html
    assert words("operations.alarm.unseen") in html
    noted = Acknowledgement(alarm=name, since=NOON, at=NOON + HOUR, by="ann")
    assert "ann" in records.alarm(replace(unseen, seen=noted), words)

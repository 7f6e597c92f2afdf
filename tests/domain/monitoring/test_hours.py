"""Hours of the service: processes add up, and hours add up to periods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import HOUR, Outcomes, Period, Traffic, hour_of, periods

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def took(*counts: int) -> Histogram:
    return Histogram((0.1, 1.0), counts, float(sum(counts)))


FIRST = Traffic(
    requests={"POST /api/v1/predictions 201": took(5, 1, 0), "GET /api/v1/health/ready 200": took(100, 0, 0)},
    errors={"InvalidInput": 1},
    groups={"predict": took(1, 0, 0)},
    predictions={"1": 6},
)
OTHER = Traffic(
    requests={"POST /api/v1/predictions 201": took(1, 1, 1), "POST /api/v1/predictions 503": took(0, 2, 0),
              "POST /api/v1/predictions 422": took(3, 0, 0)},
    errors={"InvalidInput": 2, "Unavailable": 2},
    predictions={"1": 1, "2": 2},
)  # fmt: skip


def test_what_several_processes_answered_adds_up() -> None:
    both = FIRST + OTHER
    assert both.requests["POST /api/v1/predictions 201"] == took(6, 2, 1)
    assert both.errors == {"InvalidInput": 3, "Unavailable": 2}
    assert both.predictions == {"1": 7, "2": 2}
    assert both.groups == FIRST.groups
    assert both + Traffic() == both == Traffic() + both


def test_answers_to_machines_that_look_after_the_service_do_not_count() -> None:
    both = FIRST + OTHER
    assert (both.answers, both.failed, both.refused) == (14, 2, 3)
    assert both.latency == took(9, 4, 1)


def test_what_was_answered_since_a_look_is_the_difference() -> None:
    since = (FIRST + OTHER).since(FIRST)
    assert since == OTHER
    assert FIRST.since(FIRST).is_empty
    # of a process that began anew: what has fallen was begun anew, what has risen cannot be told from going on
    assert FIRST.since(FIRST + OTHER).requests["POST /api/v1/predictions 201"] == took(5, 1, 0)


def test_an_hour_begins_in_utc_whatever_the_zone() -> None:
    kathmandu = datetime.fromisoformat("2026-01-01T18:10:00+05:45")
    assert hour_of(kathmandu) == NOON


def test_hours_add_up_to_periods_and_empty_ones_are_among_them() -> None:
    hours = [
        Period(at=NOON, traffic=FIRST, outcomes=Outcomes(outcomes=1, inside=1, expected=10, observed=8)),
        Period(at=NOON + HOUR, traffic=OTHER, outcomes=Outcomes(outcomes=2, inside=1, expected=5, observed=4)),
        Period(at=NOON + 5 * HOUR, traffic=OTHER),
    ]
    hours_shown = periods(hours, since=NOON, until=NOON + timedelta(hours=7), lasts=2 * HOUR)
    assert [period.at for period in hours_shown] == [NOON + 2 * i * HOUR for i in range(4)]
    assert [period.traffic for period in hours_shown] == [FIRST + OTHER, Traffic(), OTHER, Traffic()]
    assert hours_shown[0].outcomes == Outcomes(outcomes=3, inside=2, expected=15, observed=12)
    assert (hours_shown[0].outcomes.coverage, hours_shown[0].outcomes.ratio, hours_shown[0].outcomes.few) == (
        2 / 3,
        1.25,
        True,
    )
    assert (hours_shown[1].outcomes.coverage, hours_shown[1].outcomes.ratio) == (None, None)


def test_few_answers_are_called_few() -> None:
    few = Traffic(requests={"POST /api/v1/predictions 201": took(58, 0, 0)})
    enough = Traffic(requests={"POST /api/v1/predictions 201": took(58, 1, 0)})
    assert Period(at=NOON, traffic=few).few_answers
    assert not Period(at=NOON, traffic=enough).few_answers

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.access.accounts import FREE, IDLE, LIFETIME, LONGEST, SHORTEST, Failures, Session, check_password, place_of
from domain.errors import InvalidInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("length", [SHORTEST - 1, LONGEST + 1])
def test_a_password_is_neither_short_nor_endless(length: int) -> None:
    check_password("x" * SHORTEST)
    check_password("x" * LONGEST)
    with pytest.raises(InvalidInput, match="12 to 200 characters"):
        check_password("x" * length)


def test_a_session_ends_when_it_is_idle() -> None:
    session = Session(NOW, used_at=NOW)
    assert session.is_alive(NOW + IDLE - timedelta(seconds=1))
    assert not session.is_alive(NOW + IDLE)


def test_a_session_ends_by_age_however_much_it_is_used() -> None:
    end = NOW + LIFETIME
    assert Session(NOW, used_at=end).is_alive(end - timedelta(seconds=1))
    assert not Session(NOW, used_at=end).is_alive(end)


def test_the_first_wrong_passwords_cost_no_wait() -> None:
    assert not Failures(FREE - 1, NOW).wait(NOW)
    assert Failures(FREE, NOW).wait(NOW) == timedelta(seconds=30)


def test_the_wait_doubles_up_to_five_minutes_and_passes() -> None:
    assert [Failures(FREE + n, NOW).wait(NOW).total_seconds() for n in (1, 2, 4, 1000)] == [60, 120, 300, 300]
    assert not Failures(FREE, NOW).wait(NOW + timedelta(seconds=30))


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    assert not Failures(1000, NOW + timedelta(days=400)).wait(NOW)


def test_a_day_later_counting_starts_anew() -> None:
    assert Failures(9, NOW).with_failure(NOW + timedelta(hours=23)).count == 10
    assert Failures(9, NOW).with_failure(NOW + timedelta(days=1)).count == 1


@pytest.mark.parametrize(
    ("first", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("testclient", "", True),
    ],
)
def test_addresses_of_one_subscriber_count_together(first: str, other: str, *, same: bool) -> None:
    assert (place_of(first) == place_of(other)) is same

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import IDLE, LIFETIME, LONGEST, SHORTEST, Failures, Place, Session, check_password
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
    place = Place.address("192.0.2.1")
    assert not Failures(place.free - 1, NOW).wait(place, NOW)
    assert Failures(place.free, NOW).wait(place, NOW) == timedelta(seconds=30)


def test_the_wait_doubles_up_to_an_hour_and_passes() -> None:
    place = Place.address("192.0.2.1")
    waits = [Failures(place.free + n, NOW).wait(place, NOW).total_seconds() for n in (1, 2, 7, 1000)]
    assert waits == [60, 120, 3600, 3600]
    assert not Failures(place.free, NOW).wait(place, NOW + timedelta(seconds=30))


def test_a_day_later_counting_starts_anew() -> None:
    assert Failures(9, NOW).and_one(NOW + timedelta(hours=23)).count == 10
    assert Failures(9, NOW).and_one(NOW + timedelta(days=1)).count == 1


def test_an_account_forgives_more_than_an_address() -> None:
    assert Place.account().free > Place.address("192.0.2.1").free


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("testclient", "", True),
    ],
)
def test_addresses_of_one_subscriber_count_together(one: str, other: str, *, same: bool) -> None:
    assert (Place.address(one) == Place.address(other)) is same

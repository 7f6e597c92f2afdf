"""The contract of a clock."""

from datetime import timedelta

from domain.ports.clock import Clock


class ClockContract:
    """The promises of every `Clock`. Give a fixture ``clock``."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock) -> None:
        now = clock.now()
        assert now.tzinfo is not None
        assert now.utcoffset() == timedelta(0)

"""The port `clock`: the suite that is shipped, over every adapter."""

from datetime import timedelta

import pytest

from adapters.local.clock import SystemClock
from adapters.memory.clock import FixedClock
from medcost_testing.clock import ClockContract


class TestClock(ClockContract):
    @pytest.fixture(params=[SystemClock, FixedClock])
    def clock(self, request):
        return request.param()


def test_a_fixed_clock_moves_when_it_is_moved():
    clock = FixedClock()
    before = clock.now()
    clock.advance(timedelta(hours=1))
    assert clock.now() - before == timedelta(hours=1)

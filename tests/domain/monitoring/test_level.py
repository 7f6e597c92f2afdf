"""The level of costs, asked again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from domain.monitoring.level import LEVEL, CostLevel, LevelState, begin, half_width

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


def people(count: int, seed: int, *, level: float = 1.0) -> tuple[list[float], list[float]]:
    """Return what was expected of people, a fifth of whom cost nothing, and skewed costs at a level of it."""
    draw = Random(seed)
    expected = [draw.choice([1000.0, 3000.0, 9000.0]) for _ in range(count)]
    costs = [level * mean / 0.8 * draw.lognormvariate(-0.5, 1.0) * (draw.random() < 0.8) for mean in expected]
    return expected, costs


def test_few_outcomes_say_how_many_are_still_needed() -> None:
    level = CostLevel.of(*people(60, 1), since=NOON)
    assert (level.state, level.needed, level.outcomes) == (LevelState.UNCLEAR, 40, 60)
    none = CostLevel.of([], [], since=NOON)
    assert (none.state, none.ratio, none.needed) == (LevelState.UNCLEAR, None, 100)


def test_costs_of_nothing_have_no_ratio() -> None:
    level = CostLevel.of([10.0] * 200, [0.0] * 200, since=NOON)
    assert (level.state, level.ratio) == (LevelState.UNCLEAR, None)


def test_what_cannot_be_told_takes_about_as_many_more_outcomes_as_is_said() -> None:
    level = CostLevel.of(*people(2000, 2), since=NOON)
    assert level.state is LevelState.UNCLEAR
    assert level.low < LEVEL[0]
    assert (level.high or 2) > LEVEL[1]
    later = CostLevel.of(*people(level.outcomes + 2 * level.needed, 2), since=NOON)
    assert later.state is LevelState.HOLDS
    assert later.needed == 0


@pytest.mark.parametrize("moved", [0.8, 1.25])
def test_a_shift_is_told(moved: float) -> None:
    level = CostLevel.of(*people(20_000, 3, level=moved), since=NOON)
    assert level.state is LevelState.SHIFTED
    assert level.ratio == pytest.approx(1 / moved, rel=0.05)


def test_costs_that_are_right_are_no_alarm_however_often_one_looks() -> None:
    alarms = 0
    for seed in range(30):
        expected, costs = people(6000, 100 + seed)
        looks = (CostLevel.of(expected[:n], costs[:n], since=NOON) for n in range(100, 6000, 900))
        alarms += any(look.state is LevelState.SHIFTED for look in looks)
    assert alarms == 0


def test_sequences_begin_each_window_and_are_looked_at_for_two() -> None:
    assert begin(NOON, NOON, MONTH) == (NOON, 1)
    assert begin(NOON, NOON + timedelta(days=59), MONTH) == (NOON, 1)
    assert begin(NOON, NOON + timedelta(days=60), MONTH) == (NOON + MONTH, 2)
    assert begin(NOON, NOON + timedelta(days=95), MONTH) == (NOON + 2 * MONTH, 3)
    assert begin(NOON, NOON - MONTH, MONTH) == (NOON, 1)  # a clock that was set back


def test_the_width_falls_with_outcomes_and_with_a_larger_chance() -> None:
    widths = [half_width(count, 0.01) for count in (100, 1000, 10_000)]
    assert widths == sorted(widths, reverse=True)
    assert half_width(1000, 0.05) < half_width(1000, 0.01)

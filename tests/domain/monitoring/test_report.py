"""Where a cost lies among what was predicted, and which groups fall short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.report import GroupOutcomes, judged, pit

GRID = [100.0 * percent for percent in range(1, 100)]


@given(st.floats(0, 20_000), st.floats(0, 1, exclude_max=True))
def test_a_place_lies_from_0_to_1_and_within_a_percent_of_the_share_below(charges: float, draw: float) -> None:
    shares = pit(GRID, charges, draw)
    assert 0 <= shares <= 1  # just below 1 rounds to it
    assert abs(shares - min(charges, 9999) / 10_000) <= 0.02


def test_cents_do_not_decide_where_many_quantiles_are_alike() -> None:
    alike = [5000.0 + percent / 1000 for percent in range(90)] + [9000.0] * 9
    assert pit(alike, 4999.99, 0.5) == pit(alike, 5000.08, 0.5) == 0.455


def test_beyond_all_quantiles_is_the_last_percent() -> None:
    assert (pit(GRID, 1e6, 0.5), pit(GRID, 0, 0.5)) == (0.995, 0.005)


def group(inside: int, outcomes: int = 1000) -> GroupOutcomes:
    return GroupOutcomes(group="all", outcomes=outcomes, inside=inside, bias=0.0, typical_mae=0.0)


def test_coverage_is_short_only_if_it_fell_and_that_matters() -> None:
    for inside, p, short in ((850, 0.001, True), (850, 0.2, False), (890, 0.001, False)):
        (verdict,) = judged([group(inside)], [0.91], [p])
        assert verdict.short is short
        assert (verdict.coverage, verdict.before) == (inside / 1000, 0.91)


def test_groups_are_judged_among_each_other() -> None:
    several = judged([group(850)] * 4, [0.91] * 4, [0.004, 0.5, 0.5, 0.5])
    assert [group.short for group in several] == [False] * 4


def test_another_figure_beside_the_quantiles_is_refused() -> None:
    with pytest.raises(ValueError, match="99 quantiles, not 100"):
        pit([*range(1, 100), 0.0], 50.0, draw=0.5)

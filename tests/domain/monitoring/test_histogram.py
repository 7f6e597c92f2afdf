"""Histograms: what is added, subtracted and read from them holds of the values that were counted."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring.histogram import FEWEST, Histogram, added

BOUNDS = (0.01, 0.1, 1.0, 10.0)
VALUES = st.lists(st.floats(0, 20), max_size=60)


def counted(values: list[float], bounds: tuple[float, ...] = BOUNDS) -> Histogram:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return Histogram(bounds, tuple(counts), sum(values))


@given(VALUES, VALUES)
def test_counts_of_two_processes_add_up_to_those_of_all_values(these: list[float], those: list[float]) -> None:
    both = counted(these) + counted(those)
    assert both.counts == counted(these + those).counts
    assert both.total == pytest.approx(sum(these + those))


@given(VALUES, VALUES)
def test_what_came_after_a_look_is_what_was_counted_after_it(before: list[float], after: list[float]) -> None:
    since = counted(before + after).since(counted(before))
    assert since.counts == counted(after).counts
    assert since.total == pytest.approx(sum(after))


@given(VALUES, VALUES)
def test_buckets_of_two_releases_are_added_up_in_the_ends_that_both_have(
    these: list[float], those: list[float]
) -> None:
    both = counted(these) + counted(those, (0.05, 0.1, 10.0))
    assert both.bounds == (0.1, 10.0)
    assert both.counts == counted(these + those, (0.1, 10.0)).counts


def test_counters_that_began_anew_are_counted_whole() -> None:
    assert counted([0.5]).since(counted([0.5, 5.0])) == counted([0.5])


@given(st.lists(st.floats(0, 20), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_percentile_lies_in_the_bucket_of_the_value_of_that_rank(values: list[float], level: float) -> None:
    histogram = counted(values)
    percentile = histogram.percentile(level)
    assert percentile is not None
    exact = next(value for place, value in enumerate(sorted(values), 1) if place >= level * len(values))
    assert percentile.low <= exact <= percentile.high
    assert percentile.low <= percentile.value <= percentile.high


def test_a_value_above_all_ends_has_no_upper_end() -> None:
    percentile = counted([15.0]).percentile(0.5)
    assert percentile is not None
    assert (percentile.value, percentile.high) == (10.0, float("inf"))


def test_of_no_values_there_is_no_percentile_and_no_mean() -> None:
    assert counted([]).percentile(0.5) is None
    assert counted([]).mean is None
    assert added([]) is None


def test_fewer_values_than_the_fewest_may_all_lie_below_the_true_percentile() -> None:
    assert 0.95**FEWEST < 0.05 < 0.95 ** (FEWEST - 1)


def test_counts_that_do_not_fit_the_ends_are_refused() -> None:
    with pytest.raises(ValueError, match="one more"):
        Histogram((1.0,), (1,))

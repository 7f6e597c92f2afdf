from __future__ import annotations

import re

import pytest
from hypothesis import given

from domain.costs.distribution import CostDistribution
from entrypoints.dashboard.charts.spread import people, spread
from tests.support.distributions import costs
from tests.support.words import words_in

WORDS = words_in("en")
AXIS = WORDS("axis.year", year=2024, currency=WORDS.currency_name)

smooth = CostDistribution(mean=8210.0, quantiles=tuple(4000.0 + 150 * k for k in range(99)))
piled = CostDistribution(mean=8210.0, quantiles=(7080.0,) * 90 + tuple(12_000.0 + 2_000 * k for k in range(9)))


def dots(chart: str) -> list[tuple[bool, float, int]]:
    dot_attributes = re.findall(r'class="dot( hollow)?" style="left:([\d.]+)%;--row:(\d+)"', chart)
    return [(not hollow, float(left), int(row)) for hollow, left, row in dot_attributes]


def drawn(cost: CostDistribution) -> str:
    return spread(cost, WORDS, AXIS)


@given(costs)
def test_each_of_twenty_people_stands_at_their_exact_cost(cost: CostDistribution):
    chart = drawn(cost)
    places = [left for _, left, _ in dots(chart)]
    usd = [person.usd for person in people(cost)]
    assert len(places) == 20
    right = max(usd[-1], cost.interval().high, cost.expected, 1000 / 1.04) * 1.04
    assert places == pytest.approx([100 * amount / max(right, 1000) for amount in usd], abs=0.006)
    assert all(0 <= left <= 100 for left in places)


@given(costs)
def test_a_dot_is_hollow_only_where_its_cost_lies_outside_the_range(cost: CostDistribution):
    likely = cost.interval()
    filled = [inside for inside, _, _ in dots(drawn(cost))]
    assert filled == [likely.low <= cost.quantile((i + 0.5) / 20) <= likely.high for i in range(20)]


@given(costs)
def test_no_dot_covers_another(cost: CostDistribution):
    places = [(left, row) for _, left, row in dots(drawn(cost))]
    for i, (left, row) in enumerate(places):
        assert all(row != below or left - before >= 2.39 for before, below in places[:i])


def test_equal_costs_make_one_pile_and_no_spread():
    pile = [(left, row) for _, left, row in dots(drawn(piled))[:18]]
    assert len({left for left, _ in pile}) == 1
    assert [row for _, row in pile] == list(range(18))


def test_the_caption_counts_the_dots_that_are_drawn():
    for cost in (smooth, piled):
        chart = drawn(cost)
        inside = sum(inside for inside, _, _ in dots(chart))
        likely = cost.interval()
        values = {"low": WORDS.money(likely.low), "high": WORDS.money(likely.high), "inside": inside, "people": 20}
        assert WORDS("spread.dots", **values) in chart
    assert WORDS("spread.lead.most") in drawn(piled)
    assert WORDS("spread.lead") in drawn(smooth)


def test_where_no_dot_is_outside_the_caption_says_so():
    certain = CostDistribution(mean=2000.0, quantiles=(2000.0,) * 99)
    assert all(inside for inside, _, _ in dots(drawn(certain)))
    assert WORDS("spread.outside.none") in drawn(certain)


def test_nothing_to_pay_can_be_drawn():
    assert len(dots(drawn(CostDistribution(mean=0.0, quantiles=(0.0,) * 99)))) == 20


def test_the_axis_says_what_is_measured():
    assert f'<p class="axis-title">{AXIS}</p>' in drawn(smooth)


def test_a_person_who_cannot_see_the_chart_is_told_its_numbers():
    assert (
        'role="img" aria-label="Chart of a year&#39;s total bill. Typical $11,350, expected $8,210. '
        '18 of 20 people cost $4,600 to $18,100."' in drawn(smooth)
    )


def test_a_label_near_the_right_edge_stands_left_of_its_line():
    late = CostDistribution(mean=17_000.0, quantiles=tuple(10_000.0 + 100 * k for k in range(99)))
    assert 'class="flag expected flipped"' in drawn(late)


@pytest.mark.parametrize("high", [900.0, 7_000.0, 63_770.0, 250_000.0])
def test_the_axis_has_two_to_six_round_ticks(high: float):
    chart = drawn(CostDistribution(mean=high / 2, quantiles=tuple(high * k / 99 for k in range(1, 100))))
    ticks = re.findall(r'class="tick[^"]*" style="[^"]*">([^<]+)<', chart)
    assert 2 <= len(ticks) <= 6
    assert ticks[0] == "$0"

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cost import Contribution, CostDistribution, round_to_total
from domain.prediction import Explanation, ModelReference, PeopleAlike
from entrypoints.dashboard.kit import charts
from entrypoints.dashboard.words.speech import Words

WORDS = Words("en")
FACTS = ("age", "sex", "bmi", "children", "smoker", "region")

smooth = CostDistribution(mean=8210.0, quantiles=tuple(4000.0 + 150 * k for k in range(99)))
dollars = st.floats(0, 120_000, allow_nan=False)
costs = st.lists(dollars, min_size=99, max_size=99).map(
    lambda usd: CostDistribution(mean=sum(usd) / 99, quantiles=tuple(sorted(usd)))
)


def dots(chart: str) -> list[tuple[str, float, int]]:
    found = re.findall(r'class="(dot(?: hollow)?)" style="left:([\d.]+)%;--row:(\d+)"', chart)
    return [(kind, float(left), int(row)) for kind, left, row in found]


@given(costs)
def test_any_distribution_becomes_twenty_people_of_whom_eighteen_are_in_the_range(cost: CostDistribution):
    kinds = [kind for kind, _, _ in dots(charts.density(cost, WORDS))]
    assert kinds == ["dot hollow", *["dot"] * 18, "dot hollow"]


@given(costs)
def test_no_two_people_stand_on_the_same_spot_and_all_stand_on_the_page(cost: CostDistribution):
    places = [(left, row) for _, left, row in dots(charts.density(cost, WORDS))]
    assert len(set(places)) == 20
    assert all(0 < left < 100 for left, _ in places)


def test_a_cost_that_is_all_but_certain_can_be_drawn():
    certain = CostDistribution(mean=2000.0, quantiles=(1999.99,) * 99)
    assert "Typical</" not in charts.density(certain, WORDS)
    assert len(dots(charts.density(certain, WORDS))) == 20


def test_nothing_to_pay_can_be_drawn():
    assert len(dots(charts.density(CostDistribution(mean=0.0, quantiles=(0.0,) * 99), WORDS))) == 20


def test_a_person_who_cannot_see_the_chart_is_told_its_numbers():
    assert (
        'role="img" aria-label="Chart of a year&#x27;s cost. Typical $11,350, expected $8,210. '
        '18 of 20 people cost $4,600 to $18,100."' in charts.density(smooth, WORDS)
    )


def test_a_label_near_the_right_edge_stands_left_of_its_line():
    late = CostDistribution(mean=17_000.0, quantiles=tuple(10_000.0 + 100 * k for k in range(99)))
    assert 'class="flag expected flipped"' in charts.density(late, WORDS)


def explained(*usd: float, baseline: float = 12_130.0) -> Explanation:
    cents = round_to_total([baseline, *usd], baseline + sum(usd))
    parts = tuple(Contribution(fact, part) for fact, part in zip(FACTS, cents[1:], strict=True))
    alike = PeopleAlike(0, 100, None, None, None)
    return Explanation(cents[0], parts, round(sum(cents), 2), alike, ModelReference(1, "0"))


def column(table: str) -> list[int]:
    shown = re.findall(r'<td class="usd[^"]*">([^<]+)</td>', table)
    return [int(re.sub(r"[$,+]", "", text.replace("−", "-"))) for text in shown]  # noqa: RUF001  # as it is shown


@given(st.lists(st.floats(-30_000, 30_000, allow_nan=False), min_size=6, max_size=6), st.floats(40_000, 60_000))
def test_the_column_of_dollars_adds_up_as_shown(usd: list[float], baseline: float):
    start, *steps, end = column(charts.waterfall(explained(*usd, baseline=baseline), WORDS))
    assert start + sum(steps) == end


def test_dollars_taken_away_look_and_read_differently_from_dollars_added():
    table = charts.waterfall(explained(-870, -570, 80, 130, -3110, 420), WORDS)
    assert column(table) == [12_130, -870, -570, 80, 130, -3110, 420, 8210]
    assert table.count('class="bar down"') == 3
    assert table.count('class="bar up"') == 3


def test_facts_that_change_nothing_add_nothing_and_take_nothing_away():
    table = charts.waterfall(explained(0, 0, 0, 0, 0, 0), WORDS)
    assert column(table) == [12_130, 0, 0, 0, 0, 0, 0, 12_130]
    assert not re.search('class="bar (up|down)"', table)


@pytest.mark.parametrize("high", [900.0, 7_000.0, 63_770.0, 250_000.0])
def test_the_axis_has_two_to_six_round_ticks(high: float):
    chart = charts.density(
        CostDistribution(mean=high / 2, quantiles=tuple(high * k / 99 for k in range(1, 100))), WORDS
    )
    ticks = re.findall(r'class="tick[^"]*" style="[^"]*">([^<]+)<', chart)
    assert 2 <= len(ticks) <= 6
    assert ticks[0] == "$0"

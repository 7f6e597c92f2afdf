from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.costs.cents import cents_down, cents_up, round_to_total
from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.costs.shapley import shapley_values

usd = st.floats(0, 1e6)
distributions = st.builds(
    lambda mean, values: CostDistribution(mean, tuple(sorted(values))), usd, st.lists(usd, min_size=99, max_size=99)
)


@st.composite
def _with_zeros(draw: st.DrawFn) -> CostDistribution:
    """Draw a distribution that may cost nothing, and whose mean leaves something for the tail."""
    zero = draw(st.one_of(st.just(0.0), st.floats(0, 0.9999), st.integers(0, 99).map(lambda percent: percent / 100)))
    free = math.floor(zero * 100 + 1e-9)
    costs = sorted(draw(st.lists(st.floats(0.01, 1e6), min_size=99 - free, max_size=99 - free)))
    quantiles = (0.0,) * free + tuple(costs)
    least = CostDistribution(0.0, quantiles, zero).points(1)[0]
    # where no quantile costs anything, the chance of a cost lies in the tail
    more = draw(st.floats(0.01 if free == len(quantiles) else 0.0, 1e4))
    return CostDistribution(least + more, quantiles, zero)


distributions_with_zeros = _with_zeros()
COALITIONS = 64


@given(distributions, st.floats(0, 0.98))
def test_an_interval_holds_the_quantiles_that_it_promises(cost: CostDistribution, level: float) -> None:
    interval = cost.interval(level)
    tail = (1 - level) / 2
    assert interval.low <= cost.quantile(tail) + 1e-6
    assert interval.high >= cost.quantile(1 - tail) - 1e-6
    assert cost.interval(level / 2).low >= interval.low
    assert cost.interval(level / 2).high <= interval.high


@given(distributions)
def test_the_grid_itself_is_not_interpolated(cost: CostDistribution) -> None:
    assert tuple(cost.quantile(level) for level in QUANTILE_LEVELS) == cost.quantiles


@pytest.mark.parametrize("level", [-0.01, 1.0, math.nan])
def test_there_is_no_quantile_at_what_is_no_level(level: float) -> None:
    with pytest.raises(ValueError, match="from 0 to below 1"):
        CostDistribution(1.0, tuple(map(float, range(99)))).quantile(level)


@pytest.mark.parametrize(
    "quantiles", [(1.0,) * 98, (-1.0,) * 99, (math.nan,) * 99, tuple(float(-k) for k in range(99)), (math.inf,) * 99]
)
def test_what_is_no_distribution_of_costs_is_refused(quantiles: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="cost"):
        CostDistribution(1.0, quantiles)


@pytest.mark.parametrize("zero", [-0.1, 1.1, 0.29, 0.305, 0.99])
def test_a_chance_of_no_cost_that_does_not_fit_is_refused(zero: float) -> None:
    CostDistribution(1.0, (0.0,) * 31 + (5.0,) * 68, 0.315)
    with pytest.raises(ValueError, match="chance of no cost"):
        CostDistribution(1.0, (0.0,) * 31 + (5.0,) * 68, zero)


@given(distributions_with_zeros)
def test_the_distribution_has_its_mean(cost: CostDistribution) -> None:
    points = cost.points(37)
    assert list(points) == sorted(points)
    assert math.isclose(math.fsum(points) / 37, cost.mean, rel_tol=1e-7, abs_tol=1e-4)


@given(distributions_with_zeros, usd, usd)
def test_the_chance_of_more_falls_with_the_amount(cost: CostDistribution, first: float, other: float) -> None:
    low, high = sorted((first, other))
    assert 1 >= cost.chance_above(low) >= cost.chance_above(high) >= 0
    assert cost.chance_above(-1.0) == 1
    assert math.isclose(cost.chance_above(0.0), 1 - cost.zero, abs_tol=1e-9)


@given(distributions_with_zeros, st.floats(0, 0.999999))
def test_quantiles_and_chances_are_inverse(cost: CostDistribution, level: float) -> None:
    quantile = cost.quantile(level)
    assert cost.chance_above(quantile) <= 1 - level + 1e-6
    assert cost.chance_above(max(0.0, quantile - 1e-3)) >= min(1 - level, 1 - cost.zero) - 1e-6


@given(distributions_with_zeros)
@settings(max_examples=20)
def test_simulated_years_agree_with_mean_and_chances(cost: CostDistribution) -> None:
    draws = 10_000
    some = 1 - cost.zero  # draws are spread over the years that cost something, however few these are
    years = [cost.quantile(cost.zero + some * (number + 0.5) / draws) for number in range(draws)]
    tail = cost.excess * (1 - max(cost.zero, 0.99))
    assert math.isclose(some * math.fsum(years) / draws, cost.mean, rel_tol=1e-3, abs_tol=0.01 * tail + 1e-3)
    for amount in (0.001, cost.quantile(0.3) + 0.001, cost.quantile(0.9) + 0.001, 2 * cost.quantiles[-1] + 1):
        assert abs(some * sum(year > amount for year in years) / draws - cost.chance_above(amount)) < 2e-4


def test_a_mean_below_what_the_quantiles_say_leaves_no_tail() -> None:
    cost = CostDistribution(10.0, (50.0,) * 99)
    assert (cost.excess, cost.quantile(0.999), cost.chance_above(50.0)) == (0.0, 50.0, 0.0)


def test_nearly_everybody_may_cost_nothing() -> None:
    cost = CostDistribution(100.0, (0.0,) * 99, 0.995)
    assert math.isclose(cost.chance_above(0.0), 0.005)
    assert math.isclose(cost.excess, 20_000)
    assert CostDistribution(0.0, (0.0,) * 99, 1.0).points(2) == (0.0, 0.0)


@given(st.integers(0, 10**9))
def test_whole_cents_stay_what_they_are(cents: int) -> None:
    assert cents_down(cents / 100) == cents_up(cents / 100) == cents / 100


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=8))
@example([0.0625, 0.0025])  # 6.5 cents: a total is rounded as dollars are
def test_rounded_parts_add_up_to_the_rounded_total(parts: list[float]) -> None:
    total = math.fsum(parts)
    rounded = round_to_total(parts, total)
    assert round(math.fsum(rounded), 2) == round(total, 2)
    assert all(abs(cents - part) < 0.0101 for cents, part in zip(rounded, parts, strict=True))


@given(st.lists(st.floats(0, 1e5), min_size=COALITIONS, max_size=COALITIONS))
def test_shapley_values_share_out_the_whole_difference(worth: list[float]) -> None:
    assert math.isclose(math.fsum(shapley_values(worth)), worth[-1] - worth[0], abs_tol=1e-6)


@given(st.lists(st.floats(0, 1e5), min_size=COALITIONS, max_size=COALITIONS), st.integers(0, 5))
def test_a_fact_that_changes_nothing_gets_no_dollars(worth: list[float], fact: int) -> None:
    idle = [worth[coalition & ~(1 << fact)] for coalition in range(COALITIONS)]
    assert shapley_values(idle)[fact] == 0

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cost import QUANTILE_LEVELS, CostDistribution, cents_down, cents_up, round_to_total
from domain.shapley import COALITIONS, shapley_values

usd = st.floats(0, 1e6)
distributions = st.builds(
    lambda mean, values: CostDistribution(mean, tuple(sorted(values))), usd, st.lists(usd, min_size=99, max_size=99)
)


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


@pytest.mark.parametrize("level", [0.0, 0.005, 0.995, 1.0, math.nan])
def test_nothing_is_said_beyond_the_grid(level: float) -> None:
    with pytest.raises(ValueError, match=r"0\.01 to 0\.99"):
        CostDistribution(1.0, tuple(map(float, range(99)))).quantile(level)


@pytest.mark.parametrize(
    "quantiles", [(1.0,) * 98, (-1.0,) * 99, (math.nan,) * 99, tuple(float(-k) for k in range(99)), (math.inf,) * 99]
)
def test_what_is_no_distribution_of_costs_is_refused(quantiles: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="cost"):
        CostDistribution(1.0, quantiles)


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

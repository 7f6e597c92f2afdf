from __future__ import annotations

import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.costs.distribution import CostDistribution
from domain.costs.own_cost import own_cost
from domain.costs.plan import NAMES, Plan
from domain.errors import InvalidPlan
from tests.support.distributions import costs_with_a_tail
from tests.support.plans import plans

COMMON = CostDistribution(mean=9_000.0, quantiles=tuple(float(k * k) for k in range(1, 100)))
amounts = st.floats(0, 300_000)
CENT = 0.01


def mean_paid(plan: Plan, cost: CostDistribution, years: int = 8_000) -> float:
    """Simulate plainly: a cost for each year, and what is paid of it; in the tail each cost stands for its stratum."""
    generator = random.Random(1)
    levels = ((place + generator.random()) / years for place in range(years))
    return math.fsum(map(plan.own_cost, cost.quantiles_at(levels))) / years


@settings(max_examples=25, deadline=None)
@given(plans, costs_with_a_tail)
def test_the_expected_own_cost_is_that_of_a_plain_simulation(plan: Plan, cost: CostDistribution) -> None:
    simulated = mean_paid(plan, cost)
    # the tail's last stratum has the spread of an exponential, an eight-thousandth of the years
    spread = min(cost.excess, max(0.0, plan.reached - cost.quantile(0.99)))
    noise = 5 * plan.coinsurance * spread / 8_000
    assert own_cost(plan, cost).expected == pytest.approx(simulated, rel=0.005, abs=1.0 + noise)


@given(plans, amounts, amounts)
def test_what_is_paid_never_falls_and_never_exceeds_cost_or_maximum(plan: Plan, first: float, other: float) -> None:
    low, high = sorted((first, other))
    assert plan.own_cost(low) <= plan.own_cost(high) + 1e-9
    assert 0 <= plan.own_cost(high) <= min(high, plan.out_of_pocket_maximum) + 1e-6
    parts = plan.copay + min(high, plan.deductible) + plan.coinsurance * max(0.0, high - plan.deductible)
    assert plan.own_cost(high) == pytest.approx(min(high, plan.out_of_pocket_maximum, parts), rel=1e-9, abs=1e-6)


@given(plans, costs_with_a_tail)
def test_figures_agree_with_each_other(plan: Plan, cost: CostDistribution) -> None:
    paid = own_cost(plan, cost)
    assert paid.interval.low - CENT <= paid.typical <= paid.interval.high + CENT
    assert paid.expected <= min(plan.out_of_pocket_maximum, cost.limited_mean(math.inf)) * (1 + 1e-9) + CENT
    assert paid.chance_of_maximum == pytest.approx(cost.chance_from(plan.reached), abs=1e-6)
    dearer = paid.plus(plan.premium)
    assert dearer.expected - paid.expected == pytest.approx(plan.premium, abs=CENT)


@given(costs_with_a_tail)
def test_a_deductible_above_the_highest_quantile_leaves_the_tail_to_the_plan(cost: CostDistribution) -> None:
    deductible = cost.quantiles[-1] + cost.excess / 2 + 1
    plan = Plan(deductible=deductible, coinsurance=0.0, out_of_pocket_maximum=deductible)
    paid = own_cost(plan, cost)
    everything = cost.limited_mean(math.inf)
    share = min(0.01, 1 - cost.zero)
    beyond = share * cost.excess * math.exp((cost.quantiles[-1] - deductible) / cost.excess) if cost.excess else 0.0
    assert paid.expected == pytest.approx(everything - beyond, rel=1e-6, abs=CENT)
    assert paid.typical == cost.typical
    assert paid.chance_of_maximum < 0.01


def test_without_coinsurance_the_deductible_is_all_that_is_paid() -> None:
    plan = Plan(deductible=2_500, coinsurance=0, out_of_pocket_maximum=8_000)
    paid = own_cost(plan, COMMON)
    assert paid.typical == 2_500.0
    assert paid.interval.high == 2_500.0
    assert paid.chance_of_maximum == 0.0
    assert paid.expected == round(COMMON.limited_mean(2_500), 2)


def test_a_person_who_pays_all_pays_the_mean() -> None:
    everything = Plan(deductible=0, coinsurance=1, out_of_pocket_maximum=1e9)
    assert own_cost(everything, COMMON).expected == pytest.approx(COMMON.expected, abs=0.01)
    nothing = Plan(deductible=0, coinsurance=0, out_of_pocket_maximum=0)
    assert own_cost(nothing, COMMON).expected == 0.0
    assert own_cost(nothing, COMMON).chance_of_maximum == 1.0


def test_a_cost_that_many_years_have_reaches_the_maximum_in_all_of_them() -> None:
    cost = CostDistribution(5_000.0, (0.0,) * 50 + (5_000.0,) * 49)
    plan = Plan(deductible=5_000, coinsurance=0, out_of_pocket_maximum=5_000)
    assert own_cost(plan, cost).chance_of_maximum == pytest.approx(0.49)


@given(plans, st.lists(amounts, min_size=1, max_size=6))
def test_a_household_pays_no_more_than_its_members_and_its_maximum(plan: Plan, costs: list[float]) -> None:
    shared = plan.shared_cost(costs)
    assert shared <= plan.most_of(len(costs)) + 1e-6
    assert shared <= sum(map(plan.own_cost, costs)) + 1e-6
    assert plan.shared_cost(costs[::-1]) == pytest.approx(shared)
    assert plan.shared_cost(costs[:1]) == plan.own_cost(costs[0])


@given(plans, st.lists(amounts, min_size=2, max_size=5))
def test_without_family_limits_each_pays_alone(plan: Plan, costs: list[float]) -> None:
    alone = Plan(
        deductible=plan.deductible,
        coinsurance=plan.coinsurance,
        out_of_pocket_maximum=plan.out_of_pocket_maximum,
        copay=plan.copay,
        family_deductible=1e9,
        family_maximum=1e9,
    )
    assert alone.shared_cost(costs) == pytest.approx(sum(map(alone.own_cost, costs)), abs=1e-6)


def test_a_family_deductible_is_met_together() -> None:
    plan = Plan(deductible=3_000, coinsurance=0.1, out_of_pocket_maximum=9_000, family_deductible=3_000)
    # 3,000 of 12,000 are the family's deductible, a tenth of the other 9,000 is theirs, too
    assert plan.shared_cost([6_000, 6_000]) == pytest.approx(3_900)
    assert plan.household_maximum == 18_000


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"deductible": "missing", "coinsurance": "missing", "out_of_pocket_maximum": "missing"}),
        ({"deductible": 1, "coinsurance": 0, "out_of_pocket_maximum": 0}, {"out_of_pocket_maximum": "range"}),
        ({"deductible": True, "coinsurance": "0", "out_of_pocket_maximum": None}, dict.fromkeys(NAMES[:3], "type")),
        (
            {"deductible": 5, "coinsurance": 1.5, "out_of_pocket_maximum": 9, "copay": -1, "premium": math.nan},
            {"coinsurance": "range", "copay": "range", "premium": "type"},
        ),
        (
            {"deductible": 5, "coinsurance": 0, "out_of_pocket_maximum": 9, "family_deductible": 4, "hat": 1},
            {"family_deductible": "range", "hat": "unknown"},
        ),
        ({"deductible": 5, "coinsurance": 0, "out_of_pocket_maximum": 9, "name": 7}, {"name": "type"}),
        ({"deductible": 5, "coinsurance": 0, "out_of_pocket_maximum": 9, "name": "x" * 81}, {"name": "range"}),
        ({"deductible": 5, "coinsurance": 0, "out_of_pocket_maximum": 10**400}, {"out_of_pocket_maximum": "range"}),
    ],
)
def test_all_broken_rules_of_a_plan_are_named(given: dict[str, object], wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidPlan) as broken:
        Plan.of(given)
    assert {error.field: error.code for error in broken.value.errors} == wrong


@given(costs_with_a_tail, amounts)
@example(CostDistribution(100.0, (0.0,) * 99, 0.995), 50.0)
def test_limited_means_and_excesses_add_up(cost: CostDistribution, limit: float) -> None:
    whole = cost.limited_mean(math.inf)
    assert 0 <= cost.limited_mean(limit) <= min(limit, whole) * (1 + 1e-9) + 1e-6
    # the derivative of the limited mean is the chance of more
    step = 0.5
    slope = (cost.limited_mean(limit + step) - cost.limited_mean(limit)) / step
    assert cost.chance_above(limit + step) - 1e-6 <= slope <= cost.chance_above(limit) + 1e-6


@given(st.floats(0, 9_000))
@example(0.0)
@example(81.0)
def test_who_pays_all_pays_more_than_an_amount_as_often_as_it_costs_more(amount: float) -> None:
    everything = Plan(deductible=1e9, coinsurance=0, out_of_pocket_maximum=1e9)
    cost = CostDistribution(mean=9_000.0, quantiles=tuple(100.0 * k for k in range(1, 100)))
    assert own_cost(everything, cost).chance_above(amount) == pytest.approx(cost.chance_above(amount), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(plans, costs_with_a_tail, amounts)
def test_the_chance_of_paying_more_is_that_of_many_years(plan: Plan, cost: CostDistribution, amount: float) -> None:
    years = 2_000
    paid = [plan.own_cost(year) for year in cost.quantiles_at((place + 0.5) / years for place in range(years))]
    often = sum(own > amount for own in paid) / years
    assert own_cost(plan, cost).chance_above(amount) == pytest.approx(often, abs=0.0105)


@given(costs_with_a_tail)
def test_the_variance_is_that_of_many_points(cost: CostDistribution) -> None:
    count = 10_000
    points = cost.quantiles_at((place + 0.5) / count for place in range(count))
    mean = math.fsum(points) / count
    variance = math.fsum((point - mean) ** 2 for point in points) / count
    beyond = 0.05 * cost.excess**2  # the far tail has no point
    assert cost.variance == pytest.approx(variance, rel=0.02, abs=beyond + 1.0)

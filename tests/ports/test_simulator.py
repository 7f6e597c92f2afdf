"""The port `simulator`."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.simulator import MemorySimulator
from adapters.numpy.simulator import NumpySimulator
from domain.costs.distribution import CostDistribution
from domain.costs.group import GroupTerms, level_error, with_common_tail
from domain.costs.own_cost import own_cost
from domain.costs.plan import Plan
from domain.ports.simulator import CostSimulator
from tests.support.distributions import costs_with_a_tail
from tests.support.plans import plans


def with_tail(quantiles: tuple[float, ...], zero: float = math.nan) -> CostDistribution:
    """Let the mean excess be four tenths of the 99 % quantile."""
    without = CostDistribution(0.0, quantiles, zero).limited_mean(math.inf)
    return CostDistribution(without + 0.01 * 0.4 * quantiles[-1], quantiles, zero)


LIGHT = with_tail(tuple(0.7 * k * k for k in range(1, 100)))
HEAVY = with_tail((0.0,) * 30 + tuple(1.2 * k * k for k in range(31, 100)), zero=0.305)
SILVER = Plan(deductible=3_000, coinsurance=0.2, out_of_pocket_maximum=8_000, copay=200)
BARE = Plan(deductible=0, coinsurance=1, out_of_pocket_maximum=1e9)
FAMILY = Plan(deductible=3_000, coinsurance=0.0, out_of_pocket_maximum=3_000, family_maximum=4_500)
several = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(params=[NumpySimulator, MemorySimulator])
def simulator(request: pytest.FixtureRequest) -> CostSimulator:
    return request.param()


@several
@given(plan=plans, cost=costs_with_a_tail)
def test_one_person_pays_what_is_exact(simulator: CostSimulator, plan: Plan, cost: CostDistribution) -> None:
    (paid,) = simulator.household([cost], [plan])
    exact = own_cost(plan, cost)
    assert paid.standard_error is not None
    scale = min(plan.out_of_pocket_maximum, cost.quantile(0.999))
    # of years rarer than one in a thousand a simulation may draw none: then there is nothing to err about either
    undrawn = exact.expected if cost.zero > 0.999 else 0.0
    assert paid.expected == pytest.approx(exact.expected, abs=5 * paid.standard_error + 0.002 * scale + 0.02 + undrawn)
    assert paid.chance_of_maximum == pytest.approx(exact.chance_of_maximum, abs=0.02)


def test_what_nobody_shares_adds_up(simulator: CostSimulator) -> None:
    members = [LIGHT, HEAVY, HEAVY]
    (bare,) = simulator.household(members, [BARE])
    expected = math.fsum(member.limited_mean(math.inf) for member in members)
    assert bare.standard_error is not None
    assert bare.expected == pytest.approx(expected, abs=4 * bare.standard_error + 1e-4 * expected)
    assert bare.interval.low < bare.typical < bare.expected < bare.interval.high


def test_a_family_pays_as_a_plain_simulation_has_it(simulator: CostSimulator) -> None:
    members = [LIGHT, HEAVY]
    # two independent members: each pair of strata is equally likely
    count = 150
    levels = [(place + 0.5) / count for place in range(count)]
    light, heavy = (member.quantiles_at(levels) for member in members)
    for plan, paid in zip((SILVER, FAMILY), simulator.household(members, (SILVER, FAMILY)), strict=True):
        plain = [plan.shared_cost((first, other)) for first in light for other in heavy]
        assert paid.standard_error is not None
        mean = math.fsum(plain) / len(plain)
        assert paid.expected == pytest.approx(mean, rel=0.005, abs=4 * paid.standard_error)
        reached = sum(cost >= plan.most_of(2) - 1e-9 for cost in plain) / len(plain)
        assert paid.chance_of_maximum == pytest.approx(reached, abs=0.03)


def test_plans_are_tried_on_the_same_years_and_each_time_alike(simulator: CostSimulator) -> None:
    dearer = Plan(deductible=3_000, coinsurance=0.3, out_of_pocket_maximum=8_000, copay=200)
    first = simulator.household([LIGHT, HEAVY], [SILVER, dearer])
    assert first[0].expected < first[1].expected
    assert simulator.household([LIGHT, HEAVY], [SILVER, dearer]) == first
    terms = GroupTerms(attachment=5_000)
    assert simulator.total([LIGHT, HEAVY], terms, 0.1) == simulator.total([LIGHT, HEAVY], terms, 0.1)


@several
@given(members=st.lists(costs_with_a_tail, min_size=1, max_size=4), attachment=st.floats(0, 150_000))
def test_what_is_exact_of_members_is_exact(
    simulator: CostSimulator, members: list[CostDistribution], attachment: float
) -> None:
    total = simulator.total(members, GroupTerms(attachment=attachment), 0.0)
    for place, member in enumerate(members):
        alike = with_common_tail(members)[place]
        above = alike.limited_mean(math.inf) - alike.limited_mean(attachment)
        assert total.means[place] == pytest.approx(member.limited_mean(math.inf), rel=1e-9, abs=1e-6)
        assert total.chances[place] == pytest.approx(alike.chance_above(attachment), abs=1e-6)
        assert total.excesses[place] == pytest.approx(above, rel=1e-6, abs=1e-4)


def test_a_group_costs_what_its_members_cost_also_where_quantiles_say_more(simulator: CostSimulator) -> None:
    """A model may state a mean below that of the quantiles, which then have no tail."""
    capped = CostDistribution(0.97 * LIGHT.limited_mean(LIGHT.quantiles[-1]), LIGHT.quantiles)
    members = [LIGHT, capped] * 60
    total = simulator.total(members, GroupTerms(attachment=1e9), 0.0)
    expected = math.fsum(member.mean for member in members)
    assert math.fsum(total.means) == pytest.approx(expected)
    assert total.means[1] == capped.mean
    middle = (total.low + total.high) / 2
    assert middle == pytest.approx(expected, rel=0.02)


@several
@given(members=st.lists(costs_with_a_tail, min_size=1, max_size=5), people=st.integers(50, 100_000))
def test_the_model_is_off_by_what_the_domain_says(
    simulator: CostSimulator, members: list[CostDistribution], people: int
) -> None:
    alike = with_common_tail(members)
    means, variances = [cost.limited_mean(math.inf) for cost in alike], [cost.variance for cost in alike]
    assert simulator.level_error(members, people) == pytest.approx(
        level_error(means, variances, people), rel=1e-6, abs=1e-6
    )


def test_a_large_group_is_close_to_normal(simulator: CostSimulator) -> None:
    members = [LIGHT, HEAVY] * 60
    total = simulator.total(members, GroupTerms(), 0.0)
    mean, spread = math.fsum(total.means), math.sqrt(math.fsum(member.variance for member in with_common_tail(members)))
    assert total.low == pytest.approx(mean - 1.645 * spread, abs=5 * total.standard_error + 0.1 * spread)
    assert total.high == pytest.approx(mean + 1.645 * spread, abs=5 * total.standard_error + 0.1 * spread)
    assert 0 < total.standard_error < 0.1 * spread


def test_a_model_that_may_be_off_widens_the_range_and_leaves_the_mean(simulator: CostSimulator) -> None:
    members = [LIGHT, HEAVY] * 60
    sure, unsure = (simulator.total(members, GroupTerms(attachment=8_000), error) for error in (0.0, 0.05))
    assert (sure.means, sure.excesses) == (unsure.means, unsure.excesses)
    mean = math.fsum(sure.means)
    spread = math.sqrt(math.fsum(member.variance for member in with_common_tail(members)))
    more = math.hypot(spread, 0.05 * mean) / spread
    assert (unsure.high - unsure.low) / (sure.high - sure.low) == pytest.approx(more, rel=0.1)
    assert unsure.chance > sure.chance


def test_cover_above_the_group_pays_of_what_cover_above_people_leaves(simulator: CostSimulator) -> None:
    members = [LIGHT, HEAVY] * 10
    free = simulator.total(members, GroupTerms(attachment=1e9, corridor=1.1), 0.0)
    capped = simulator.total(members, GroupTerms(attachment=1.0, corridor=1.1), 0.0)
    assert 0.1 < free.chance < 0.4
    assert free.excess > 0
    # of each person no more than one unit is left, so the total cannot be far above its mean
    assert capped.excess < 1
    lower = simulator.total(members, GroupTerms(attachment=1e9, corridor=1.0), 0.0)
    assert lower.chance > free.chance
    assert lower.excess > free.excess

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costs.drivers import drivers
from domain.costs.group import GroupQuote, GroupTerms, SimulatedTotal, level_error
from domain.errors import InvalidInput
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, REGIONS, SEXES

ANN = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))

people = st.builds(
    lambda age, sex, bmi, smoker, region: Beneficiary(DEFAULT, (age, sex, bmi, 0, smoker, region)),
    st.integers(18, 100),
    st.sampled_from(SEXES),
    st.floats(10, 70),
    st.booleans(),
    st.sampled_from(REGIONS),
)


def total_of(means: list[float]) -> SimulatedTotal:
    count = len(means)
    return SimulatedTotal(means, [0.1] * count, [mean / 10 for mean in means], 10.004, 99.996, 0.05, 3.0, 0.5)


@given(st.lists(st.tuples(people, st.floats(1, 50_000)), min_size=2, max_size=30))
def test_a_quote_adds_up(group: list[tuple[Beneficiary, float]]) -> None:
    who, means = [person for person, _ in group], [mean for _, mean in group]
    quote = GroupQuote.of(who, total_of(means), GroupTerms(attachment=1_000), 0.01)
    assert quote.people == len(who)
    assert quote.expected == pytest.approx(math.fsum(means), abs=0.01)
    assert quote.per_member_per_month * 12 * len(who) == pytest.approx(quote.expected, abs=0.07 * len(who))
    assert quote.aggregate.expected + quote.specific.expected_excess == pytest.approx(quote.expected, abs=0.02)
    assert quote.aggregate.attachment == pytest.approx(1.25 * quote.aggregate.expected, abs=0.02)
    assert (quote.interval.low, quote.interval.high) == (10.0, 100.0)
    shares = [contributor.expected for contributor in quote.contributors]
    assert shares == sorted(shares, reverse=True)
    assert shares == [round(mean, 2) for mean in sorted(means, reverse=True)[:10]]
    assert all(0 <= driver.explains <= 1 and 0 < driver.share <= 1 for driver in quote.drivers)


def test_the_chance_that_anybody_exceeds_the_attachment_assumes_independence() -> None:
    quote = GroupQuote.of([ANN] * 3, total_of([10.0] * 3), GroupTerms(), None)
    assert quote.specific.chance == pytest.approx(1 - 0.9**3, abs=1e-6)
    assert quote.specific.expected_people == pytest.approx(0.3)
    assert quote.drivers == ()


def test_a_group_without_any_cost_is_quoted() -> None:
    quote = GroupQuote.of([ANN] * 2, total_of([0.0] * 2), GroupTerms(), None)
    assert (quote.expected, quote.contributors[0].share, quote.drivers) == (0.0, 0.0, ())


def test_the_fact_by_which_costs_differ_comes_first() -> None:
    group = [ANN.changed(smoker=place % 5 == 0, age=20 + place) for place in range(40)]
    means = [20_000.0 if who["smoker"] else 4_000.0 + 10 * float(who["age"] or 0) for who in group]
    first, second = drivers(group, means)
    assert (first.fact, first.values, first.people) == ("smoker", (True,), 8)
    assert first.explains > 0.99
    assert first.share == pytest.approx(160_000 / math.fsum(means), abs=1e-6)
    assert second.fact == "age"
    assert second.explains < 0.2
    assert len(second.values) == 2


def test_the_total_of_a_larger_group_of_similar_people_is_less_certain() -> None:
    few, many = (level_error([5_000.0] * count, [25e6] * count, 5_000) for count in (50, 400))
    assert few == pytest.approx(many)
    assert few == pytest.approx(1 / math.sqrt(5_000))


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        ({"attachment": -1.0}, {"attachment": "range"}),
        ({"attachment": math.nan, "corridor": 0.9}, {"attachment": "type", "corridor": "range"}),
    ],
)
def test_all_broken_rules_of_terms_are_named(terms: dict[str, float], wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as broken:
        GroupTerms(**terms)
    assert {error.field: error.code for error in broken.value.errors} == wrong

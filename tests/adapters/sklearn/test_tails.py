"""What many answers say at once is what the domain says of each."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sklearn.tails import chances_above, excess_of
from domain.costs.distribution import CostDistribution


@st.composite
def costs(draw: st.DrawFn) -> CostDistribution:
    zero = draw(st.one_of(st.just(0.0), st.floats(0, 1), st.integers(0, 100).map(lambda percent: percent / 100)))
    free = min(math.floor(zero * 100 + 1e-9), 99)
    dollars = st.one_of(st.floats(0.01, 1e5), st.just(7_080.0))
    quantiles = (0.0,) * free + tuple(sorted(draw(st.lists(dollars, min_size=99 - free, max_size=99 - free))))
    return CostDistribution(draw(st.floats(0, 2e5)), quantiles, zero)


@given(st.lists(costs(), min_size=1, max_size=3), st.one_of(st.floats(0, 2e5), st.sampled_from([0.0, 7_080.0])))
def test_chances_and_tails_are_those_of_the_domain(several: list[CostDistribution], amount: float) -> None:
    answers = np.array([[cost.mean, *cost.quantiles, cost.zero] for cost in several])
    assert excess_of(answers).tolist() == pytest.approx([cost.excess for cost in several], rel=1e-6, abs=1e-3)
    expected = [cost.chance_above(amount) for cost in several]
    assert chances_above(answers, amount).tolist() == pytest.approx(expected, abs=1e-7)

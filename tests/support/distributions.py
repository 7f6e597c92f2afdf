"""Cost distributions for tests of properties."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from domain.costs.distribution import CostDistribution

_DOLLARS = st.one_of(st.floats(0, 120_000, allow_nan=False), st.sampled_from([0.0, 7_080.0, 7_081.0]))


def _of_steps(usd: list[float]) -> CostDistribution:
    quantiles = tuple(sorted(usd)[k * len(usd) // 99] for k in range(99))
    return CostDistribution(mean=sum(quantiles) / 99, quantiles=quantiles)


costs = st.lists(_DOLLARS, min_size=1, max_size=99).map(_of_steps)
"""Distributions of 1 to 99 costs, few of them as a rule: many quantiles are equal then."""


@st.composite
def _with_a_tail(draw: st.DrawFn) -> CostDistribution:
    zero = draw(
        st.one_of(st.just(0.0), st.integers(1, 99).map(lambda percent: percent / 100), st.floats(0.001, 0.9999))
    )
    free = min(math.floor(zero * 100 + 1e-9), 99)
    few = draw(st.lists(st.floats(1.0, 120_000), min_size=1, max_size=99))
    quantiles = (0.0,) * free + tuple(sorted(few)[k * len(few) // (99 - free)] for k in range(99 - free))
    body = CostDistribution(0.0, quantiles, zero).limited_mean(math.inf)
    # where no quantile costs anything, the chance of a cost lies in the tail
    more = draw(st.one_of(st.just(0.0), st.floats(0.0, 500.0))) + (1.0 if free == len(quantiles) else 0.0)
    return CostDistribution(body + more, quantiles, zero)


costs_with_a_tail = _with_a_tail()
"""Distributions with and without a chance of no cost, equal quantiles and an excess above the last."""

"""Cost distributions for tests of properties."""

from __future__ import annotations

from hypothesis import strategies as st

from domain.costs.distribution import CostDistribution

_DOLLARS = st.one_of(st.floats(0, 120_000, allow_nan=False), st.sampled_from([0.0, 7_080.0, 7_081.0]))


def _of_steps(usd: list[float]) -> CostDistribution:
    quantiles = tuple(sorted(usd)[k * len(usd) // 99] for k in range(99))
    return CostDistribution(mean=sum(quantiles) / 99, quantiles=quantiles)


costs = st.lists(_DOLLARS, min_size=1, max_size=99).map(_of_steps)
"""Distributions of 1 to 99 costs, few of them as a rule: many quantiles are equal then."""

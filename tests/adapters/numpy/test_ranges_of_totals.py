"""How often the range of a group's total holds it where each person's distribution is known.

`benchmarks.groups` does the same with a model that learned from the generator's rows.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
import pytest

from adapters.numpy.simulator import NumpySimulator
from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.costs.group import GroupTerms

GROUPS = 200
NORMAL = NormalDist()
SIMULATOR = NumpySimulator(group_years=100)
Z = np.array([NORMAL.inv_cdf(level) for level in QUANTILE_LEVELS])


@cache
def groups() -> list[tuple[list[CostDistribution], float, float]]:
    """Draw groups of 50 to 120 people of lognormal costs: their distributions, their total, and a standard normal."""
    random = np.random.default_rng(5)
    drawn = []
    for _ in range(GROUPS):
        size = random.integers(50, 121)
        mean, sigma = random.uniform(1_000, 8_000, size), random.uniform(0.3, 1.0, size)
        quantiles = mean[:, None] * np.exp(sigma[:, None] * Z - sigma[:, None] ** 2 / 2)
        costs = [CostDistribution(m, tuple(q)) for m, q in zip(mean.tolist(), quantiles.tolist(), strict=True)]
        years = mean * np.exp(sigma * random.normal(size=size) - sigma**2 / 2)
        drawn.append((costs, float(years.sum()), random.normal()))
    return drawn


def covered(off: float, error: float) -> float:
    """Return the share of groups whose total was in its range.

    Args:
        off: the standard deviation by which all costs of a group are off.
        error: what the simulator is told of it.
    """
    inside = 0
    for costs, total, normal in groups():
        simulated = SIMULATOR.total(costs, GroupTerms(), error)
        inside += simulated.low <= total * np.exp(off * normal) <= simulated.high
    return inside / GROUPS


@pytest.mark.parametrize("off", [0.0, 0.1])
def test_ranges_of_totals_hold_nine_in_ten(off):
    # of 200 ranges that hold nine in ten, less than .84 or more than .96 have a chance below half a percent
    assert 0.84 <= covered(off, off) <= 0.96


def test_ranges_hold_too_few_where_nobody_says_that_the_model_is_off():
    assert covered(0.1, 0.0) < 0.84

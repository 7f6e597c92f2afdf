"""Three generators of costs whose true distribution is known, for people of the default schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from domain.costs.distribution import QUANTILE_LEVELS

Floats = NDArray[np.float64]

SCHEMA: Final = Path(__file__).parents[1] / "config/schema/insurance.yaml"
_LEVELS: Final = np.array(QUANTILE_LEVELS)
_BISECTIONS: Final = 40


@dataclass(frozen=True, slots=True)
class Generated:
    """People, the costs of their years, and the distributions of these costs.

    Args:
        rows: n x 6, as the default schema has them.
        charges: n, USD.
        quantiles: n x 99.
        zero: the chance of no cost, n.
        cells: the part of the people in which coverage is measured, n.
    """

    rows: Floats
    charges: Floats
    quantiles: Floats
    zero: Floats
    cells: NDArray[np.intp]


def spread(count: int, seed: int) -> Generated:
    """Draw costs whose spread depends on age and BMI beyond their mean."""
    random, rows = _people(count, seed)
    age, _, bmi, _, smoker, _ = rows.T
    mean = 3_000 * np.exp(0.025 * (age - 40) + 0.5 * smoker + 0.02 * (bmi - 29))
    sigma = np.clip(0.1 + 0.014 * (age - 18) + 0.03 * (bmi - 22), 0.08, 1.3)
    charges = mean * np.exp(sigma * random.normal(size=count) - sigma**2 / 2)
    quantiles = mean[:, None] * np.exp(sigma[:, None] * ndtri(_LEVELS) - sigma[:, None] ** 2 / 2)
    return Generated(rows, charges.round(2), quantiles, np.zeros(count), 3 * _third(age) + np.digitize(bmi, [26, 32]))


def shock(count: int, seed: int) -> Generated:
    """Draw costs with a shock whose chance depends on smoking and age."""
    random, rows = _people(count, seed)
    age, _, _, children, smoker, _ = rows.T
    chance = expit(-3.2 + 1.5 * smoker + 0.045 * (age - 40))
    usual, extra = 2_500 * np.exp(0.02 * (age - 40) + 0.1 * children), 9_000.0
    charges = usual * np.exp(0.3 * random.normal(size=count))
    charges += (random.random(count) < chance) * extra * np.exp(0.5 * random.normal(size=count))
    strata = ndtri((np.arange(15) + 0.5) / 15)

    def below(costs: Floats) -> Floats:
        without = ndtr(np.log(np.maximum(costs / usual[:, None], 1e-9)) / 0.3)
        shocked = np.zeros_like(costs)
        for shift in strata:
            left = costs - (usual * np.exp(0.3 * shift))[:, None]
            shocked += ndtr(np.log(np.maximum(left / extra, 1e-9)) / 0.5)
        return (1 - chance)[:, None] * without + chance[:, None] * shocked / len(strata)

    low, high = np.zeros((count, len(_LEVELS))), np.full((count, len(_LEVELS)), 2e5)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        is_low = below(middle) < _LEVELS
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    cells = 2 * _third(age) + smoker.astype(np.intp)
    return Generated(rows, charges.round(2), (low + high) / 2, np.zeros(count), cells)


def zeros(count: int, seed: int) -> Generated:
    """Draw costs of which a third are zero, the chance by age and sex; a lognormal body and a Pareto tail."""
    random, rows = _people(count, seed)
    age, sex, bmi, _, _, _ = rows.T
    zero = expit(-0.95 - 0.05 * (age - 42) + 0.7 * sex)
    scale = 1_200 * np.exp(0.02 * (age - 40) + 0.015 * (bmi - 29) + 0.3 * sex)

    def quantile(levels: Floats) -> Floats:
        tail = ((1 - np.minimum(levels, 1 - 1e-12)) / 0.08) ** (-1 / 2.2)
        return np.exp(0.9 * ndtri(np.clip(levels, 1e-12, 0.92))) * np.where(levels > 0.92, tail, 1.0)

    charges = np.where(random.random(count) < zero, 0.0, scale * quantile(random.random(count)))
    within = (_LEVELS - zero[:, None]) / (1 - zero[:, None])
    quantiles = np.where(within > 0, scale[:, None] * quantile(within), 0.0)
    return Generated(rows, charges.round(2), quantiles, zero, 2 * _third(age) + sex.astype(np.intp))


GENERATORS: Final[Mapping[str, Callable[[int, int], Generated]]] = {"spread": spread, "shock": shock, "zeros": zeros}


def _people(count: int, seed: int) -> tuple[np.random.Generator, Floats]:
    random = np.random.default_rng(seed)
    columns = [
        random.integers(18, 65, count),
        random.integers(0, 2, count),
        np.clip(random.normal(29, 5.5, count), 16, 50).round(1),
        random.integers(0, 5, count),
        random.random(count) < 0.22,  # the share of smokers
        random.integers(0, 4, count),
    ]
    return random, np.column_stack(columns).astype(np.float64)


def _third(age: Floats) -> NDArray[np.intp]:
    return np.digitize(age, [33, 49])

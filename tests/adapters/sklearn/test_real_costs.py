"""What answers promise on costs like those of the RAND experiment, of people whom the model has not seen: seeded.

`make real-costs` measures the experiment itself; these are the properties that must not be lost on the way.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from adapters.sklearn.actuarial import predictive_ratios
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.means import CostMean
from adapters.sklearn.scoring import crps
from domain.costs.distribution import QUANTILE_LEVELS
from domain.models.model import Recipe
from tests.support.real_costs import RealCosts, real_costs

FAMILY = Recipe(family="interaction_tweedie")


@dataclass
class Judged:
    """Answers for people who were held back, n x 101, and the quantiles that everybody's costs give them all."""

    held: RealCosts
    answers: np.ndarray
    everybody: np.ndarray

    def parts(self, count):
        """Yield which rows are in each part of equal size, lowest expected cost first."""
        place = np.argsort(np.argsort(self.answers[:, 0], kind="stable"), kind="stable")
        return [place * count // len(place) == part for part in range(count)]

    @property
    def inside(self):
        return (self.held.table.charges >= self.answers[:, 5]) & (self.held.table.charges <= self.answers[:, 95])

    @property
    def loss(self):
        """CRPS over that of everybody's costs."""
        charges = self.held.table.charges
        return crps(charges, self.answers[:, 1:-1]).mean() / crps(charges, self.everybody).mean()


def judge(people, seed, *, effect=1.0):
    learnt, held = real_costs(people, seed, effect=effect), real_costs(1_500, 100 + seed, effect=effect)
    model = fit_model(FAMILY, learnt.table, seed=seed)
    everybody = np.quantile(learnt.table.charges, QUANTILE_LEVELS)
    return Judged(held, model.predict_arrays(held.table.rows)[0], np.tile(everybody, (len(held.table), 1)))


@pytest.fixture(scope="module")
def judged():
    return judge(700, 1)


def test_a_fifth_of_the_years_cost_nothing_and_the_mean_is_far_above_the_median(judged):
    charges = judged.held.table.charges
    assert 0.15 < np.mean(charges == 0) < 0.25
    assert charges.mean() > 2.5 * np.median(charges)


def test_the_range_holds_what_it_promises_in_every_fifth_of_expected_cost(judged):
    # standard error of a share of 900 years: 0.01; a lower bound of 0 may hold more
    for part in judged.parts(5):
        assert 0.86 <= judged.inside[part].mean() <= 0.97


def test_the_chance_of_no_cost_is_right_in_every_fifth(judged):
    for part in judged.parts(5):
        assert judged.answers[part, -1].mean() == pytest.approx(judged.held.zero[part].mean(), abs=0.04)


def test_expected_costs_are_the_true_means_over_all_and_in_tenths(judged):
    table, expected, mean = judged.held.table, judged.answers[:, 0], judged.held.mean
    assert expected.sum() == pytest.approx(mean.sum(), rel=0.05)
    tenths = judged.parts(10)
    observed = predictive_ratios(expected, table.charges, np.array(tenths, dtype=float), table.people)
    for part, observed_part in zip(tenths, observed, strict=True):
        assert has_one_inside(observed_part) or 0.9 <= expected[part].sum() / mean[part].sum() <= 1.1


def has_one_inside(ratio):
    """Return whether the people who were held back do not tell a ratio apart from 1."""
    return ratio.low <= 1 <= ratio.high


def test_the_slope_of_means_that_learned_from_half_the_rows_becomes_that_of_all():
    random, ones = np.random.default_rng(8), np.ones(20_000)
    true = random.normal(7, 0.5, 20_000)
    charges = np.exp(true) * random.gamma(1, 1, 20_000)
    half, whole = (np.exp(true + random.normal(0, 0.4 / np.sqrt(rows), 20_000)) for rows in (1, 2))
    of_half, of_whole = (CostMean(own=False).drawn_together(part, charges, ones) for part in (half, whole))
    assert of_half.slope < of_whole.slope - 0.1
    made = of_half.learned_from_more(half, ones, 0.5)
    assert made.slope == pytest.approx(of_whole.slope, abs=0.02)
    sums = [
        np.exp(mean_part.level + mean_part.middle + mean_part.slope * (np.log(half) - mean_part.middle)).sum()
        for mean_part in (of_half, made)
    ]
    assert sums[1] == pytest.approx(sums[0], rel=1e-9)


def test_facts_that_say_something_make_answers_better_than_everybodys_costs(judged):
    assert judged.loss < 0.98


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_facts_that_say_nothing_make_answers_no_worse_than_everybodys_costs(seed):
    assert judge(100, seed, effect=0.0).loss < 1.01

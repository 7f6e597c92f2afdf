"""The distribution of real costs: shapes, the chance of no cost, and a mean that agrees."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from adapters.sklearn.choice import fitted_distribution
from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.packing import packed, unpacked
from adapters.sklearn.pieces import PIECE
from adapters.sklearn.predictive import PredictiveDistribution, bodies
from adapters.sklearn.ranks import THRESHOLDS, RankForest
from domain.costs.distribution import CostDistribution
from tests.support.default_schema import DEFAULT

AGE, SEX, BMI, SMOKER = 0, 1, 2, 4


@pytest.fixture(scope="module")
def zeros(people):
    """Costs of which a third are zero, by age and sex, around points that are their means."""

    def draw(count, seed):
        random = np.random.default_rng(seed + 1_000)
        rows = people(count, seed)
        zero = 1 / (1 + np.exp(0.8 + 0.05 * (rows[:, AGE] - 40) - 0.8 * rows[:, SEX]))
        size = 1_000 * np.exp(0.02 * (rows[:, AGE] - 40))
        charges = np.where(random.random(count) < zero, 0.0, size * random.lognormal(0, 0.9, count))
        return rows, (1 - zero) * size * np.exp(0.9**2 / 2), charges, zero

    return draw


@pytest.fixture(scope="module")
def of_zeros(zeros):
    rows, points, charges, _ = zeros(2_000, 1)
    return fitted_distribution(rows, points, charges, repeats=1, seed=0, schema=DEFAULT)


@pytest.fixture(scope="module")
def of_shocks(people):
    """A shock whose chance depends on smoking and age: no spread tells it, ranks do."""
    rows = people(3_000, 1)
    random = np.random.default_rng(1_001)
    chance = 1 / (1 + np.exp(3 - 2.5 * rows[:, SMOKER] - 0.06 * (rows[:, AGE] - 40)))
    charges = 3_000 * random.lognormal(0, 0.2, 3_000) + (random.random(3_000) < chance) * 12_000
    points = 3_000 + 12_000 * chance
    return fitted_distribution(rows, points, charges, repeats=1, seed=0, schema=DEFAULT)


def sampled(people, count=40):
    rows = people(count, 7)
    return rows, np.linspace(200.0, 6_000.0, count)


@pytest.mark.parametrize("which", ["of_zeros", "of_shocks"])
def test_answers_are_distributions_whose_mean_is_the_published_one(which, people, request):
    distribution = request.getfixturevalue(which)
    means, quantiles, zero = distribution.answers(*sampled(people))
    for mean, row, chance, body in zip(means, quantiles, zero, bodies(quantiles, zero), strict=True):
        cost = CostDistribution(float(mean), tuple(row.tolist()), float(chance))
        assert body + 0.01 * (row[-1] + cost.excess) == pytest.approx(mean, rel=1e-9)
        assert np.mean(cost.points(50)) == pytest.approx(mean, rel=1e-6)


@pytest.mark.parametrize("which", ["of_zeros", "of_shocks"])
def test_a_row_is_answered_the_same_alone_and_among_others(which, people, request):
    distribution = request.getfixturevalue(which)
    rows, points = sampled(people)
    for together, row, point in zip(np.column_stack(distribution.answers(rows, points)), rows, points, strict=True):
        alone = np.column_stack(distribution.answers(row[None], point[None]))[0]
        assert alone == pytest.approx(together, rel=1e-9)


@pytest.mark.parametrize("which", ["of_zeros", "of_shocks"])
def test_arrays_bring_a_distribution_back_as_it_was(which, people, request):
    distribution = request.getfixturevalue(which)
    again = unpacked(packed(distribution), DEFAULT)
    for ours, theirs in zip(distribution.answers(*sampled(people)), again.answers(*sampled(people)), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_layout_of_a_later_release_is_refused(of_zeros):
    with pytest.raises(ValueError, match="layout 99"):
        unpacked(packed(of_zeros) | {"version": np.array(99)}, DEFAULT)


def test_the_chance_of_no_cost_follows_the_person(of_zeros, zeros):
    rows, points, charges, true = zeros(4_000, 2)
    _, quantiles, zero = of_zeros.answers(rows, points)
    is_zero = charges <= 0
    assert np.mean((zero - is_zero) ** 2) <= 1.02 * np.mean((true - is_zero) ** 2)
    fifths = np.argsort(np.argsort(points)) * 5 // len(points)
    for fifth in range(5):
        members = fifths == fifth
        assert zero[members].mean() == pytest.approx(is_zero[members].mean(), abs=0.04)
        assert np.mean(charges[members] <= quantiles[members, 94]) == pytest.approx(0.95, abs=0.03)


def test_the_expected_cost_is_what_the_year_costs_on_average(of_zeros, zeros):
    rows, points, charges, _ = zeros(4_000, 2)
    assert of_zeros.mean(rows, points).sum() == pytest.approx(charges.sum(), rel=0.06)


def test_ranks_are_learned_where_a_shock_depends_on_the_person(of_shocks):
    assert of_shocks.name == "ranks"
    assert of_shocks.advantage > 0.02


def test_points_that_foretell_nothing_leave_the_distribution_of_all_costs(people):
    rows = people(400, 3)
    random = np.random.default_rng(1_003)
    charges = random.lognormal(7, 1, 400)
    distribution = fitted_distribution(rows, random.lognormal(7, 2, 400), charges, repeats=1, seed=0, schema=DEFAULT)
    low, high = distribution.table(rows, random.lognormal(7, 2, 400), [4, 94]).T
    assert np.median(high) == pytest.approx(np.quantile(charges, 0.95), rel=0.35)
    assert np.median(low) == pytest.approx(np.quantile(charges, 0.05), rel=0.6)


def test_a_mean_beyond_a_plausible_tail_yields_where_scaling_is_not_worth_it():
    nothing = np.zeros(60)
    pooled = ResidualDistribution.of(np.zeros((60, 6)), nothing, nothing, Grouping(), repeats=1, floor=0)
    distribution = PredictiveDistribution(pooled)
    ones = np.ones(1)
    means, scales = distribution.reconciled(100 * ones, 12 * ones, 10 * ones, 100 * ones, 0 * ones)
    assert (means[0], scales[0]) == (pytest.approx(10 + 1 + 4 * 1), 1)


def test_weights_count_as_rows_do_in_ranks_and_chances(zeros):
    rows, points, charges, _ = zeros(600, 5)
    weights = np.where(np.arange(600) % 2, 2.0, 1.0)
    weighted, plain = (
        fitted_distribution(rows, points, charges, repeats=1, seed=0, schema=DEFAULT, weights=each)
        for each in (weights, np.ones(600))
    )
    only = (weights == 2).astype(float) * 2 + (weights == 1) * 1e-6
    heavy = fitted_distribution(rows, points, charges, repeats=1, seed=0, schema=DEFAULT, weights=only)
    zero = [model.answers(rows, points)[2].mean() for model in (plain, weighted, heavy)]
    odd = np.mean(charges[weights == 2] <= 0)
    assert abs(zero[2] - odd) < 0.02
    assert min(zero[0], zero[2]) - 0.01 <= zero[1] <= max(zero[0], zero[2]) + 0.01


def test_a_folder_of_the_first_layout_answers_as_its_residuals_do(people):
    rows, points = sampled(people)
    shape = ResidualDistribution.of(rows, points, 1.1 * points, Grouping.of(("smoker",), DEFAULT), repeats=1, floor=50)
    first = {
        "grouping": np.array(["smoker"]),
        "floor": np.array(50.0),
        "quantiles": shape.quantiles,
        "residuals": np.concatenate(shape.groups),
        "sizes": np.array([len(group) for group in shape.groups]),
    }
    means, quantiles, _ = unpacked(first, DEFAULT).answers(rows, points)
    assert np.array_equal(means, shape.mean(rows, points))
    assert np.array_equal(quantiles, shape.table(rows, points))


@pytest.mark.parametrize("weights", [np.ones(700), np.tile([1.0, 3.0], 350)])
def test_a_forest_of_ranks_is_the_library_s(weights):
    random = np.random.default_rng(0)
    facts, ranks = random.normal(size=(700, 7)).astype(np.float32), random.random(700)
    library = RandomForestRegressor(5, min_samples_leaf=60, max_features=0.5, max_samples=700, random_state=3)
    grown = RankForest.of(facts, ranks, weights, trees=5, leaf=60, seed=3)
    weighed = None if weights.min() == weights.max() else weights / weights.mean()
    answers = library.fit(facts, ranks[:, None] <= THRESHOLDS, weighed).predict(facts)
    assert np.allclose(grown.curves(facts)[:, 1:-1], answers, atol=1e-6)


def test_people_beyond_a_piece_are_answered_as_those_before(of_shocks, people):
    rows, points = sampled(people, PIECE + 3)
    means, quantiles, zero = of_shocks.answers(rows, points)
    for alone, among in zip(of_shocks.answers(rows[-2:], points[-2:]), (means, quantiles, zero), strict=True):
        assert alone == pytest.approx(among[-2:], rel=1e-9)

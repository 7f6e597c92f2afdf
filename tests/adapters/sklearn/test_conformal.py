"""The conformal distribution and its scores: algebra and promises."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.clock import FixedClock
from adapters.scipy.drift import ScipyDriftMeter
from adapters.sklearn.choice import fitted_distribution
from adapters.sklearn.distribution import LEVELS, ResidualDistribution
from adapters.sklearn.fitting import fit_and_score, fit_model
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.scoring import ANSWER_WIDTH, Published, crps, scores
from adapters.sklearn.storage import read
from adapters.sklearn.table import Table
from adapters.sklearn.trainer import SklearnTrainer
from domain.costs.distribution import CostDistribution
from domain.costs.prediction import ModelReference
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.monitoring.drift import Sample
from tests.support.default_schema import DEFAULT

usd = st.floats(0, 60_000, allow_nan=False)
residuals = arrays(np.float64, st.integers(2, 120), elements=st.floats(-20_000, 40_000, allow_nan=False))
points = arrays(np.float64, st.integers(1, 20), elements=st.floats(-3_000, 60_000, allow_nan=False))


def pooled(left_over, *, floor=0.0):
    at = np.full(len(left_over), 10_000.0)
    rows = np.zeros((len(left_over), 6))
    return ResidualDistribution.of(rows, at, at + left_over, Grouping(), repeats=1, floor=floor)


@given(residuals, points)
def test_quantiles_never_fall_and_are_never_negative(left_over, middle):
    table = pooled(left_over).table(np.zeros((len(middle), 6)), middle)
    assert (table >= 0).all()
    assert (np.diff(table, axis=1) >= 0).all()


@given(residuals, points, st.sampled_from([0.0, 500.0]))
def test_the_mean_is_that_of_the_shifted_residuals_with_nothing_below_zero(left_over, middle, floor):
    distribution = pooled(left_over, floor=floor)
    scale = np.maximum(middle, floor) if floor else np.ones(len(middle))
    by_hand = [
        np.maximum(point + stretch * distribution.groups[0], 0).mean()
        for point, stretch in zip(middle, scale, strict=True)
    ]
    means = distribution.mean(np.zeros((len(middle), 6)), middle)
    assert means == pytest.approx(np.array(by_hand), rel=1e-9, abs=1e-6)


@given(st.integers(1, 200))
def test_ranks_are_rounded_away_from_the_median(count):
    left_over = np.arange(1.0, count + 1)
    table = pooled(left_over).quantiles[0]
    low, high = np.floor(np.round(LEVELS * (count + 1), 9)), np.ceil(np.round(LEVELS * (count + 1), 9))
    assert table[:49] == pytest.approx(np.clip(low, 1, count)[:49])
    assert table[50:] == pytest.approx(np.clip(high, 1, count)[50:])


def repeated(left_over):
    """Residuals of the same people, r x n."""
    at = np.full(left_over.size, 10_000.0)
    rows = np.zeros((left_over.size, 6))
    return ResidualDistribution.of(
        rows, at, at + left_over.ravel(), Grouping(), repeats=len(left_over), floor=0
    ).quantiles[0]


@given(residuals, st.integers(2, 5))
def test_repeats_that_say_the_same_are_no_new_people(left_over, repeats):
    assert repeated(np.tile(left_over, (repeats, 1))) == pytest.approx(repeated(left_over[None]), abs=1e-9)


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(2, 120)), elements=st.integers(-9_999, 9_999)))
def test_lower_bounds_mirror_upper_ones(left_over):
    assert repeated(-left_over)[::-1] == pytest.approx(-repeated(left_over), abs=1e-9)


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(99, 150)), elements=st.integers(-99, 99)))
def test_a_cost_is_beyond_a_bound_if_its_average_p_value_says_so(left_over):
    bounds = repeated(left_over)
    _, people = left_over.shape
    for column, level in ((4, 0.05), (19, 0.2)):
        for cost in (bounds[column] - 0.5, bounds[column]):
            p_values = (1 + np.sum(left_over <= cost, axis=1)) / (people + 1)
            assert (cost < bounds[column]) == (p_values.mean() <= level + 1e-12)


@given(st.lists(usd, min_size=100, max_size=100))
def test_what_is_published_is_rounded_as_the_domain_rounds(numbers):
    quantiles = sorted(numbers[1:])
    answer = np.array([numbers[0], *quantiles, quantiles.count(0.0) / 100])
    cost = CostDistribution(float(answer[0]), tuple(quantiles), float(answer[-1]))
    published = Published.of(answer[None])
    assert (published.low[0], published.high[0]) == (cost.interval().low, cost.interval().high)
    assert published.expected[0] == pytest.approx(cost.expected, abs=0.011)
    assert published.typical[0] == pytest.approx(cost.typical, abs=0.011)


@given(usd, usd)
def test_the_score_of_a_sure_answer_is_how_far_it_is_off(charge, answer):
    sure = np.full((1, 99), answer)
    assert crps(np.array([charge]), sure)[0] == pytest.approx(abs(charge - answer), abs=1e-6)


def test_the_score_of_a_normal_distribution_is_the_known_one():
    from scipy.stats import norm

    quantiles = norm.ppf(LEVELS)[None]
    # Gneiting and Raftery 2007, after eq. 21; the last percent at either end is not known to the grid
    exact = 1 * (2 * norm.pdf(0) - 1 / np.sqrt(np.pi))
    assert crps(np.zeros(1), quantiles)[0] == pytest.approx(exact, rel=0.03)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_nine_in_ten_new_years_fall_into_the_interval(seed):
    random = np.random.default_rng(seed)
    left_over = random.gamma(1.0, 3_000, 3_000) - 3_000
    distribution = pooled(left_over[:1_000])
    table = distribution.table(np.zeros((2_000, 6)), np.full(2_000, 10_000.0))
    inside = np.mean((10_000 + left_over[1_000:] >= table[:, 4]) & (10_000 + left_over[1_000:] <= table[:, 94]))
    assert inside == pytest.approx(0.9, abs=0.05)


def test_nine_in_ten_new_people_fall_into_the_interval_when_folds_are_drawn_thrice(people):
    covered = []
    for seed in range(12):
        rows = people(420, seed)
        noise = np.random.default_rng(seed).gamma(1.0, 3_000, 420)
        table = Table(DEFAULT, rows, 5_000 + 200 * rows[:, 0] + noise)
        model = fit_model(Recipe(family="linear"), table[np.arange(120)], seed=seed, repeats=3)
        new = table[np.arange(120, 420)]
        # without what cautions add: few of these people have five alike
        bounds = model.distribution.table(new.rows, model.points(new.rows))
        covered.append(np.mean((new.charges >= bounds[:, 4]) & (new.charges <= bounds[:, 94])))
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_coverage_is_measured_on_bounds_rounded_outward(people):
    # the charge has a third decimal, as charges in claims files do, and lies beyond the bound by less than a cent
    rows = people(60, 4)
    answers = np.full((60, ANSWER_WIDTH), 1_000.004)
    for charge, inside in ((1_000.006, 1.0), (1_000.001, 1.0), (1_000.011, 0.0), (999.999, 0.0)):
        assert scores(Table(DEFAULT, rows, np.full(60, charge)), answers).interval.coverage == inside
    answers = np.full((60, ANSWER_WIDTH), 1_000.006)  # to the nearest cent the lower bound would be 1,000.01
    assert scores(Table(DEFAULT, rows, np.full(60, 1_000.001)), answers).interval.coverage == 1.0


def test_the_interval_score_is_the_width_and_twenty_times_the_distance_beyond_it(people):
    rows = people(60, 4)
    answers = np.tile(np.repeat([1_000.0, 2_000.0, 0.0], [50, 50, 1]), (60, 1))
    for charge, penalty in ((1_500.0, 0.0), (2_100.0, 100.0), (900.0, 100.0)):
        measured = scores(Table(DEFAULT, rows, np.full(60, charge)), answers).interval
        assert measured.interval_score == pytest.approx(1_000 + 20 * penalty)  # Gneiting and Raftery 2007, eq. 43


def test_bias_is_what_was_expected_less_what_it_cost(people):
    rows = people(60, 4)
    measured = scores(Table(DEFAULT, rows, np.full(60, 900.0)), np.full((60, ANSWER_WIDTH), 1_000.0))
    assert [group.bias for group in measured.groups] == pytest.approx([100.0] * len(measured.groups))


def test_groups_that_differ_get_residuals_of_their_own(people):
    rows = people(1_000, 1)
    random = np.random.default_rng(0)
    at = np.full(1_000, 20_000.0)
    charges = at + random.normal(0, np.where(rows[:, 4] == 1, 5_000, 100))
    distribution = fitted_distribution(rows, at, charges, repeats=1, seed=0, schema=DEFAULT)
    assert distribution.name in ("groups", "spread", "ranks")
    table = distribution.table(rows, at)
    width = table[:, 94] - table[:, 4]
    assert width[rows[:, 4] == 1].min() > 10 * width[rows[:, 4] == 0].max()


def test_groups_that_do_not_differ_have_nearly_the_same_residuals(people):
    rows, at = people(1_000, 1), np.full(1_000, 20_000.0)
    charges = at + np.random.default_rng(3).normal(0, 1_000, 1_000)
    distribution = fitted_distribution(rows, at, charges, repeats=1, seed=0, schema=DEFAULT)
    assert distribution.grouping.names == ("smoker",)
    low, high = distribution.table(rows, at, [4, 94]).T
    assert (high - low).max() < 1.2 * (high - low).min()


def test_a_group_too_small_to_know_has_everybodys_residuals(people):
    rows = people(300, 1)
    rows[:, 4] = 0
    rows[:10, 4] = 1
    at = np.full(300, 10_000.0)
    charges = at + np.random.default_rng(0).normal(0, 500, 300)
    distribution = ResidualDistribution.of(rows, at, charges, Grouping.of(("smoker",), DEFAULT), repeats=1, floor=0)
    assert len(distribution.groups[1]) == 300


def test_residuals_that_grow_with_the_cost_are_scaled_by_it(people):
    rows = people(1_000, 1)
    random = np.random.default_rng(0)
    at = random.uniform(1_000, 40_000, 1_000)
    distribution = fitted_distribution(rows, at, at * random.gamma(10, 0.1, 1_000), repeats=1, seed=0, schema=DEFAULT)
    assert distribution.shape.floor > 0


def test_scores_tell_smokers_from_others(people):
    rows = people(200, 4)
    charges = np.full(200, 5_000.0)
    answers = np.tile(np.concatenate([[5_000.0], np.linspace(4_000, 6_000, 99), [0.0]]), (200, 1))
    measured = scores(Table(DEFAULT, rows, charges), answers)
    by_name = {group.group: group for group in measured.groups}
    assert by_name["smoker=yes"].rows + by_name["smoker=no"].rows == 200
    assert measured.interval.coverage == 1
    assert (measured.expected.rmse, measured.typical.within_100) == (0, 1)


def test_served_ranges_are_scored_around_out_of_fold_points():
    table = Table.of(SyntheticClaims(DEFAULT, rows=400, seed=3).read())
    model, served = fit_and_score(Recipe(family="knn"), table, seed=0)
    by_heart = scores(table, model.predict_arrays(table.rows)[0])
    assert by_heart.interval.coverage == 1
    # the conformal rank holds nine in ten of its own residuals, or one or two people more in each group
    assert 0.9 <= served.interval.coverage < 0.94


def test_the_expected_costs_in_a_folder_are_out_of_fold_so_new_people_show_no_drift(tmp_path):
    claims, others = (
        SyntheticClaims(DEFAULT, seed=0).read(),
        Table.of(SyntheticClaims(DEFAULT, rows=20_000, seed=9).read()),
    )
    trainer, recipe, plan = SklearnTrainer(FixedClock()), Recipe(family="knn"), FoldPlan(n_splits=2, n_repeats=1)
    test = trainer.test(recipe, claims, plan)
    made = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=tmp_path)
    model, _ = read(made.folder, made.digest)
    reference = SklearnLoader().reference(ModelReference(1, made.digest), made.folder)
    by_heart = replace(reference, more={"expected": model.expected(np.asarray(reference.facts))})
    current = Sample(DEFAULT, others.rows, {"expected": model.expected(others.rows)})
    index = [ScipyDriftMeter().measure(before, current).columns[-1].psi for before in (reference, by_heart)]
    assert index[0] < 0.05 < index[1]

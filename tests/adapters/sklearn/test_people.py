"""Rows are people: nobody is on both sides of a split, and a row of weight 2 is that row twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.arrow.synthetic import SyntheticClaims
from adapters.sklearn import weighting
from adapters.sklearn.families import FAMILIES
from adapters.sklearn.fitting import fit_and_score, fit_estimator, one_thread
from adapters.sklearn.folds import folds, planned_folds, train_and_test
from adapters.sklearn.storage import LearntFrom
from adapters.sklearn.table import Table
from domain.errors import ConfigurationError
from domain.models.model import FoldPlan, Recipe
from tests.support.default_schema import DEFAULT


def of_people(people, seed=0, *, periods=None):
    """Give a row of other facts and another cost for each of these person codes."""
    random = np.random.default_rng(seed)
    n = len(people)
    facts = np.column_stack([random.integers(18, 65, n), *np.zeros((5, n))]).astype(float)
    codes = np.asarray(people, dtype=np.uint64)
    when = None if periods is None else np.asarray(periods, dtype=float)
    return Table(DEFAULT, facts, random.gamma(1, 5_000, n), people=codes, periods=when)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), count=st.integers(60, 120), seed=st.integers(0, 99), later=st.sampled_from([0.0, 0.3]))
def test_no_person_is_on_both_sides_of_any_split(data, count, seed, later):
    people = data.draw(st.lists(st.integers(0, count), min_size=2 * count, max_size=4 * count))
    people += list(range(count))  # enough distinct ones
    table = of_people(people, seed, periods=np.arange(len(people)) % 3)
    plan = FoldPlan(n_splits=4, n_repeats=2, seed=seed, later=later)
    splits = [train_and_test(table, plan), *planned_folds(table, plan)]
    for training, held in splits:
        assert len(held)
        assert not set(table.people[training]) & set(table.people[held])
    if later:
        for training, held in splits[1:]:
            assert table.periods is not None
            assert table.periods[training].max() < table.periods[held].min()
    else:
        assert sorted(np.concatenate([held for _, held in splits[1:5]])) == list(range(len(table)))


def test_people_of_one_row_are_split_as_rows_are():
    """So that answers about tables without repetitions stay what they were."""
    from sklearn.model_selection import RepeatedStratifiedKFold

    table = of_people(range(200))
    strata = np.argsort(np.argsort(table.charges, kind="stable")) * 10 // 200
    plain = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=3).split(table.charges, strata)
    for (training, held), (all_known, all_held) in zip(
        folds(table, n_splits=5, n_repeats=2, seed=3), plain, strict=True
    ):
        assert np.array_equal(training, all_known)
        assert np.array_equal(held, all_held)


def test_a_split_by_period_asks_for_periods():
    plan = FoldPlan(later=0.25)
    with pytest.raises(ConfigurationError, match="name its column in the schema under roles: period"):
        train_and_test(of_people(range(100)), plan)
    with pytest.raises(ConfigurationError, match="all rows are of 2019"):
        train_and_test(of_people(range(100), periods=np.full(100, 2019)), plan)


@pytest.mark.parametrize(
    ("costly", "cost", "complaint"),
    [
        (0, 1.0, "0 of 100 people have a cost above 0, too few to learn from: give at least 10"),
        (9, 1.0, "9 of 100 people have a cost above 0"),
        (90, 1e300, "a cost of 1e.300 is too large to learn from, above 1e.15: is it a mistake"),
    ],
)
def test_costs_from_which_nothing_can_be_learned_are_refused_in_words(costly, cost, complaint):
    table = replace(of_people(range(100)), charges=np.where(np.arange(100) < costly, cost, 0.0))
    with pytest.raises(ConfigurationError, match=complaint):
        train_and_test(table, FoldPlan(n_splits=5))


def test_equal_rows_become_one_at_the_place_of_the_first():
    table = of_people([5, 6, 7])
    again = table[np.array([0, 1, 0, 2, 0])].collapsed()
    assert list(again.people) == [5, 6, 7]
    assert list(again.weights) == [3, 1, 1]
    assert (again.repeats, again.distinct_people) == (2, 3)


def test_equal_rows_of_two_people_or_two_periods_stay_two():
    table = of_people([5, 5, 6], periods=[2019, 2019, 2019])[np.array([0, 0, 0])]
    assert len(table.collapsed()) == 1
    assert len(replace(table, people=np.array([5, 5, 6], dtype=np.uint64)).collapsed()) == 2
    assert len(replace(table, periods=np.array([2019.0, 2020.0, 2020.0])).collapsed()) == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_weight_two_is_the_row_twice_for_each_family(family, table):
    small = table[np.arange(150)]
    chosen = np.arange(0, 150, 3)
    weights = np.ones(150)
    weights[chosen] = 2
    twice = Table.joined([small, small[chosen]]).collapsed()
    heavy = replace(small, weights=weights)
    sample = table.rows[150:250]
    (first, scored), (other, other_scored) = (
        fit_and_score(Recipe(family=family), rows, seed=0) for rows in (heavy, twice)
    )
    assert np.allclose(first.predict_arrays(sample)[0], other.predict_arrays(sample)[0], rtol=1e-9, atol=0)
    assert scored.crps == pytest.approx(other_scored.crps, rel=1e-9)
    assert (scored.people, scored.rows, other_scored.rows) == (150, 150, 200)


@pytest.mark.parametrize("family", [name for name, family in FAMILIES.items() if family.weighs])
def test_weights_move_the_fit_of_each_family_that_weighs(family, table):
    small = table[np.arange(200)]
    dear = small.charges > np.median(small.charges)
    weighed = replace(small, weights=np.where(dear, 9.0, 1.0))
    with one_thread():
        plain, heavy = (
            fit_estimator(Recipe(family=family), table_of, seed=0).predict(small.rows) for table_of in (small, weighed)
        )
    assert heavy.mean() > plain.mean()


def test_weights_do_not_depend_on_their_unit(table):
    small = table[np.arange(150)]
    weights = np.linspace(1, 3, 150)
    first, other = (
        fit_and_score(Recipe(family="boosting"), replace(small, weights=scale * weights), seed=0)[0]
        for scale in (1.0, 1_000.0)
    )
    assert np.allclose(first.predict_arrays(small.rows)[0], other.predict_arrays(small.rows)[0], rtol=1e-9)


def test_statistics_of_weights_are_those_of_repeated_values():
    random = np.random.default_rng(0)
    values, weights = random.gamma(1, 5, 41), random.integers(1, 5, 41).astype(float)
    repeated = np.repeat(values, weights.astype(int))
    assert weighting.mean(values, weights) == pytest.approx(repeated.mean())
    assert weighting.median(values, weights) == pytest.approx(np.median(repeated))
    levels = np.array([0.05, 0.5, 0.95])
    assert weighting.quantiles(values, levels, weights) == pytest.approx(
        np.quantile(repeated, levels, method="inverted_cdf")
    )


def test_the_standard_error_counts_people():
    values, ones = np.random.default_rng(1).normal(size=50), np.ones(50)
    alone = weighting.standard_error(values, ones, np.arange(50))
    assert alone == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    twice = weighting.standard_error(np.tile(values, 2), np.ones(100), np.tile(np.arange(50), 2))
    assert twice == pytest.approx(alone)


def test_another_row_of_a_known_person_is_not_unseen():
    learned, others = of_people(range(50), 0), of_people(range(40, 60), 1)
    new = LearntFrom.of(learned).surely_not(others)
    assert list(new) == [False] * 10 + [True] * 10


def test_a_model_that_noted_no_names_surely_never_saw_nameless_rows_only():
    rows = of_people(range(50))
    nameless = Table(DEFAULT, rows.rows, rows.charges)
    old = LearntFrom.of(nameless)
    assert old.people is None
    assert not old.surely_not(of_people(range(100, 150), 1)).any()
    assert old.surely_not(Table(DEFAULT, rows.rows, rows.charges + 1)).all()


@pytest.fixture(scope="module")
def years(people, claims_of):
    """Give 200 people's costs in each of three years; every year is dearer."""
    facts = np.tile(people(200, 1), (3, 1))
    year = np.repeat([2018.0, 2019.0, 2020.0], 200)
    costs = 1_000 + 100 * facts[:, 0] + 3_000 * (year - 2018) + np.random.default_rng(2).gamma(2, 500, 600)
    codes = np.tile(np.arange(200, dtype=np.uint64), 3)
    return replace(claims_of(facts, costs), people=codes, periods=year, weights=np.full(600, 0.5))


def test_models_learn_from_earlier_years_and_are_judged_on_later_ones(trainer, years, cook):
    plan = FoldPlan(n_splits=4, n_repeats=1, later=0.3)
    recipe = Recipe(family="linear")
    ahead = trainer.cross_validate(recipe, years, plan, on_fold=lambda _: None)
    mixed = trainer.cross_validate(recipe, years, replace(plan, later=0.0), on_fold=lambda _: None)
    assert ahead.overall.people == mixed.overall.people
    assert ahead.overall.rows == mixed.overall.rows / 3
    assert ahead.overall.expected.bias == pytest.approx(-4_500, abs=300)
    assert mixed.overall.expected.bias == pytest.approx(0, abs=300)
    assert trainer.test(recipe, years, plan).expected.bias == pytest.approx(-4_500, abs=500)
    comparison = trainer.compare(cook(years, "linear"), None, years, plan).comparison
    assert (comparison.method, comparison.rows) == ("unconditional", 200)


def test_a_file_with_everybody_twice_is_judged_as_the_file_without_repetitions(trainer, claims, cook):
    plan = FoldPlan(n_splits=5, n_repeats=1)
    twice = replace(claims, facts=np.tile(claims.facts, (2, 1)), charges=np.tile(claims.charges, 2))
    recipe = Recipe(family="interaction_ols")
    once, again = (
        trainer.cross_validate(recipe, claims_of, plan, on_fold=lambda _: None) for claims_of in (claims, twice)
    )
    assert again.overall.crps == pytest.approx(once.overall.crps, rel=1e-9)
    assert again.overall.rows == 2 * once.overall.rows
    model = cook(twice, "interaction_ols", plan)
    assert (model.card.rows, model.card.people) == (1_200, 600)
    assert "600 of 1,200 rows repeat an earlier one in every fact and in cost" in model.card.notes[0]
    strangers = trainer.score(model, SyntheticClaims(DEFAULT, rows=2_000, seed=77).read())
    candidacy = trainer.compare(model, None, twice, plan)
    for measured in (strangers, model.card.cross_validation):
        assert 0.87 <= measured.interval.coverage <= 0.98
        assert measured.crps == pytest.approx(once.overall.crps, rel=0.1)
    assert candidacy.comparison.challenger_loss == pytest.approx(once.overall.crps, rel=0.1)


def test_audit_texts_stay_with_their_rows():
    table = replace(of_people([1, 2, 3, 4]), audits={"race": np.array(["a", "b", "c", "d"], dtype=object)})
    assert list(table[np.array([2, 0])].audits["race"]) == ["c", "a"]
    twice = table[np.array([0, 1, 1, 3])].collapsed()
    assert list(twice.audits["race"]) == ["a", "b", "d"]
    assert list(twice.weights) == [1, 2, 1]

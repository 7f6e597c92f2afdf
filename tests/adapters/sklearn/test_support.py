"""What training data hold, for any schema: people alike, rare values, and what lies beyond."""

from dataclasses import replace

import numpy as np
import pytest

from adapters.sklearn.dense_regions import FEW, Reach, Stretches, Tree, dense_regions_of
from adapters.sklearn.reach import reach_in_each
from adapters.sklearn.support import Support
from tests.support.default_schema import DEFAULT
from tests.support.other_people import CLINIC, clinic_people, wide_people, wide_schema

NAN = float("nan")


@pytest.fixture(scope="module")
def clinic():
    rows, paid = clinic_people(800, seed=1)
    rows[:, 1] = np.where(rows[:, 1] == 2, 1, rows[:, 1])
    rows[:3, 1] = 2  # three people have the top plan
    return Support.of(rows, paid, seed=0, schema=CLINIC)


def codes(support, row):
    doubts, widen = support.doubts(np.array([row]))
    cautions = support.cautions(doubts).get(0, ())
    return [caution.code for caution in cautions], widen[0], [caution.detail for caution in cautions]


def test_people_of_the_default_schema_are_alike_as_before_schemas(table):
    near = reach_in_each(DEFAULT, table.rows, table.charges)
    assert dict(zip(DEFAULT.names, near, strict=True)) == {
        "age": 8, "sex": np.inf, "bmi": 4, "children": 2, "smoker": 0, "region": np.inf
    }  # fmt: skip


def test_of_many_facts_people_are_compared_in_those_that_tell_most_about_the_cost():
    rows, paid = clinic_people(2000, seed=3)
    near = reach_in_each(CLINIC, rows, paid)
    assert np.isinf(near[4])  # the income has no part in the cost
    assert near[[0, 1, 3]].tolist() == [4, 0, 0]
    assert near[2] == pytest.approx(12)


def test_a_value_that_hardly_anybody_has_is_told_and_widens_the_range(clinic):
    given, wide, details = codes(clinic, [6, 2, 130.0, 0, 20_000])
    assert "plan_rare" in given
    assert "Fewer than 5 people in the data have this value of plan" in details[-1]
    usual, narrow, _ = codes(clinic, [6, 0, 130.0, 0, 20_000])
    assert "plan_rare" not in usual
    assert wide - narrow == pytest.approx(0.2)  # few are alike, too


def test_numbers_beyond_the_data_are_told_in_the_order_of_the_schema(clinic):
    given, _, details = codes(clinic, [40, 0, 61.0, 0, 9e6])
    assert given == ["visits_beyond_data", "pressure_beyond_data", "income_beyond_data", "few_alike"]
    assert "EUR a year" in details[2]
    assert "same plan and diabetes, near in visits and pressure" in details[3]


def test_what_is_not_given_lies_beyond_nothing_and_is_like_nothing_else(clinic):
    assert codes(clinic, [6, 0, NAN, 0, 20_000])[0] == []
    alike = clinic.reach.alike(clinic.rows, np.array([6, 0, NAN, 0, 20_000]))
    assert alike.any()
    assert np.isnan(clinic.rows[alike, 2]).all()


def test_models_of_before_values_were_counted_say_nothing_of_rare_ones(clinic):
    older = replace(clinic, counts=np.empty(0, np.int64))
    assert "plan_rare" not in codes(older, [6, 2, 130.0, 0, 20_000])[0]


@pytest.mark.parametrize("columns", [(0, 1, 2, 3), (0, 1, 3), (2, 3), (0,), (2,)])
def test_stretches_and_tree_find_the_dense_regions_that_counting_finds(columns):
    rows, _ = clinic_people(600, seed=5)
    sample, _ = clinic_people(600, seed=6)
    sample[::7, 0] += 12
    near = np.full(5, np.inf)
    near[list(columns)] = np.array([2, 0, 5.0, 0, 0])[list(columns)]
    reach = Reach.of(CLINIC, near)
    counted = np.array([reach.alike(rows, row).sum() >= FEW for row in sample])
    assert 0 < counted.sum() <= 600
    for regions in (Stretches.of(rows, reach), Tree.of(rows, reach)):
        assert regions is not None
        assert (regions.holds(sample) == counted).all()


def test_facts_that_cannot_be_laid_on_a_line_are_looked_up_in_a_tree():
    rows, _ = clinic_people(300, seed=5)
    near = np.array([2, 0, 5.0, 0, 4000.0])
    assert isinstance(dense_regions_of(rows, Reach.of(CLINIC, near)), Tree)
    near[4] = np.inf
    assert isinstance(dense_regions_of(rows, Reach.of(CLINIC, near)), Stretches)


def test_fewer_rows_than_a_dense_region_make_none():
    rows, paid = clinic_people(4, seed=5)
    assert "few_alike" in codes(Support.of(rows, paid, seed=0, schema=CLINIC), rows[0])[0]


def test_forty_facts_are_no_obstacle():
    schema = wide_schema()
    rows, paid = wide_people(schema, 1500, seed=2)
    support = Support.of(rows, paid, seed=0, schema=schema)
    doubts, widen = support.doubts(rows)
    assert 0.25 < (doubts == 0).mean() < 1
    assert widen.max() <= 1
    assert len(support.codes) <= 64


def test_a_number_that_nobody_gave_is_never_seen():
    rows, paid = clinic_people(100, seed=1)
    rows[:, 2] = NAN
    support = Support.of(rows, paid, seed=0, schema=CLINIC)
    assert "pressure" not in support.ranges
    given, _, details = codes(support, [6, 0, 120.0, 0, 20_000])
    assert "pressure_beyond_data" in given
    assert "never saw pressure" in details[0]


def test_parts_that_are_kept_make_the_same_support(clinic):
    again = Support.from_arrays(clinic.as_arrays(), CLINIC)
    rows, _ = clinic_people(200, seed=9)
    assert (again.doubts(rows)[0] == clinic.doubts(rows)[0]).all()


def test_ranges_are_widened_by_what_fits_to_parts_of_the_data_disagree_on():
    random = np.random.default_rng(0)
    rows = np.zeros((60, 6))
    rows[:, 0], rows[:, 2] = random.integers(18, 65, 60), random.uniform(20, 40, 60)

    def widened(*guesses):
        support = Support.of(rows, np.full(60, 5_000.0), seed=0, schema=DEFAULT)
        support = support.made_unsure(rows, np.array(guesses)[:, None] * np.ones(60))
        return support.doubts(np.array([[90.0, 1, 60, 5, 1, 3]]))[1][0], support.unsure

    agreed, disagreed, hopeless = widened(100, 100, 100), widened(90, 100, 110), widened(1, 100, 1_000)
    assert agreed[1] == 0
    # the jackknife's standard error of three groups is 2 / 3 of the sum of squares, under the root
    assert disagreed[1] == pytest.approx(1.645 * np.sqrt(200 * 2 / 3) / 100)
    assert hopeless[1] == 0.5
    assert agreed[0] <= disagreed[0] <= hopeless[0]

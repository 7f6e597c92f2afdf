"""Which rows recipes are compared on."""

import numpy as np

from adapters.sklearn import work
from adapters.sklearn.folds import train_and_test
from adapters.sklearn.table import Table
from domain.models.model import FoldPlan, Recipe
from tests.support.default_schema import DEFAULT


def of_people(people: np.ndarray) -> Table:
    rows = np.random.default_rng(0).random((len(people), DEFAULT.width))
    return Table(DEFAULT, rows, rows[:, 0] * 1_000, people=people.astype(np.uint64))


def test_few_people_are_compared_whole(table, plan):
    assert np.array_equal(work.compared_rows(table, plan).rows, table[train_and_test(table, plan)[0]].rows)
    recipe = Recipe(family="linear")
    assert work.compared_test(recipe, table, plan) == work.test(recipe, table, plan)


def test_of_many_people_a_sample_of_the_train_split_is_compared_each_with_all_rows():
    people = np.random.default_rng(1).permutation(np.repeat(np.arange(30_000) * 7, 2))
    table, plan = of_people(people), FoldPlan(n_splits=5, n_repeats=1)
    sample = work.compared_rows(table, plan)
    train = table[train_and_test(table, plan)[0]]
    assert sample.distinct_people == work.MOST_COMPARED < train.distinct_people
    assert set(sample.people) <= set(train.people)
    assert len(sample) == 2 * work.MOST_COMPARED


def test_the_sample_does_not_depend_on_the_order_of_rows():
    people = np.arange(30_000)
    plan = FoldPlan(test_size=0.0)
    forwards, backwards = (work.compared_rows(of_people(order), plan).people for order in (people, people[::-1]))
    assert set(forwards) == set(backwards)

"""Thresholds that are learned from the data."""

from dataclasses import replace

import numpy as np
import pytest

from adapters.sklearn.thresholds import with_thresholds
from domain.models.model import Recipe


def threshold(table):
    learned = with_thresholds(Recipe(family="interaction_lad"), table).hyperparameters["obese_threshold"]
    assert isinstance(learned, float)
    return learned


@pytest.fixture(scope="module")
def with_jump(table):
    """Smokers above a BMI of 30 cost 15,000 more; those at 30.0 exactly do not."""
    rows = table.rows.copy()
    rows[:, 2] = np.round(rows[:, 2], 1)
    smokers = np.flatnonzero(rows[:, 4] == 1)
    rows[smokers[:5], 2] = 30.0
    noise = np.random.default_rng(0).gamma(4, 100, len(rows))
    return replace(table, rows=rows, charges=250 * rows[:, 0] + noise + 15_000 * (rows[:, 2] > 30) * rows[:, 4])


def test_people_at_the_threshold_exactly_belong_to_those_below(with_jump):
    assert threshold(with_jump) == 30.0


def test_a_round_number_is_taken_where_nobody_stands_at_the_threshold(with_jump):
    near = (np.abs(with_jump.rows[:, 2] - 30) < 0.15) & (with_jump.rows[:, 4] == 1)
    assert threshold(with_jump[np.flatnonzero(~near)]) == 30.0


def test_a_few_very_high_costs_do_not_move_a_threshold(with_jump):
    random = np.random.default_rng(1)
    shocks = np.where(random.random(len(with_jump)) < 0.15, random.exponential(20_000, len(with_jump)), 0.0)
    assert threshold(replace(with_jump, charges=with_jump.charges + shocks)) == 30.0


def test_a_weight_of_two_is_the_row_twice(with_jump):
    twice = np.repeat(np.arange(len(with_jump)), 1 + np.arange(len(with_jump)) % 2)
    weighted = replace(with_jump, weights=1.0 + np.arange(len(with_jump)) % 2)
    assert threshold(weighted) == threshold(with_jump[twice])


@pytest.mark.parametrize("rows", [1, 5, 30])
def test_few_rows_have_a_threshold_too(with_jump, rows):
    assert np.isfinite(threshold(with_jump[np.arange(rows)]))


def test_costs_that_do_not_differ_have_a_threshold_too(with_jump):
    assert np.isfinite(threshold(replace(with_jump, charges=np.full(len(with_jump), 100.0))))


def test_other_costs_of_the_same_people_have_a_threshold_of_their_own(with_jump):
    jump = 15_000 * (with_jump.rows[:, 2] > 35) * with_jump.rows[:, 4]
    higher = replace(with_jump, charges=250 * with_jump.rows[:, 0] + jump)
    assert [threshold(with_jump), threshold(higher), threshold(with_jump)] == [30.0, 35.0, 30.0]

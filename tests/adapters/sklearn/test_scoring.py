"""Figures of scored rows, against plain computations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adapters.memory.scoring import scores as plainly
from adapters.sklearn.actuarial import captured, gini, portions, predictive_ratios
from adapters.sklearn.scoring import randomised_pit, scores
from adapters.sklearn.table import Table
from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.monitoring.report import pit
from tests.support.default_schema import DEFAULT

ROWS = 400
LEVELS = np.array(QUANTILE_LEVELS)


@pytest.fixture(scope="module")
def drawn():
    """Return people of whom a fifth cost nothing, and answers, some of them equal."""
    draw = np.random.default_rng(3)
    rows = np.column_stack(
        [draw.integers(18, 65, ROWS), draw.integers(0, 2, ROWS), draw.uniform(18, 45, ROWS).round(1),
         draw.integers(0, 4, ROWS), draw.integers(0, 2, ROWS), draw.integers(0, 4, ROWS)]
    ).astype(float)  # fmt: skip
    scale = draw.choice([500.0, 2000.0, 9000.0], ROWS) * draw.choice([1.0, 1.5], ROWS)
    charges = (scale * draw.exponential(size=ROWS) * (draw.random(ROWS) > 0.2)).round(2)
    quantiles = np.maximum(-np.log1p(-LEVELS) - 0.2, 0) * scale[:, None]
    zero = round(-np.expm1(-0.2), 6)  # chances are published to a millionth
    return Table(DEFAULT, rows, charges), np.column_stack([0.85 * scale, quantiles, np.full(ROWS, zero)])


def test_every_figure_is_that_of_a_plain_computation(drawn):
    table, answers = drawn
    mine = scores(table, answers, intervals=False)
    costs = [CostDistribution(mean, tuple(quantiles), zero) for mean, *quantiles, zero in answers.tolist()]
    theirs = plainly(costs, table.charges.tolist())
    for name in ("rows", "people", "crps", "expected", "typical", "interval", "zero", "fifths", "actuarial"):
        expected = pytest.approx(_numbers(getattr(theirs, name)), rel=1e-9, abs=1e-9, nan_ok=True)
        assert _numbers(getattr(mine, name)) == expected, name
    for name in ("calibration", "quantiles"):  # other draws decide among equal costs
        assert _numbers(getattr(mine, name)) == pytest.approx(_numbers(getattr(theirs, name)), abs=0.04), name


def test_weight_2_is_the_row_twice(drawn):
    table, answers = drawn
    weights = np.random.default_rng(1).integers(1, 4, ROWS)
    repeated = np.repeat(np.arange(ROWS), weights)
    weighed = scores(replace(table, weights=weights.astype(float)), answers)
    twice = scores(table[repeated], answers[repeated])
    assert weighed.people == twice.people == ROWS
    for name in ("crps", "expected", "typical", "interval", "zero", "fifths", "actuarial"):
        assert _numbers(getattr(weighed, name)) == pytest.approx(_numbers(getattr(twice, name)), rel=1e-9), name
    for first, other in zip(weighed.groups, twice.groups, strict=True):
        assert _numbers(replace(first, rows=0)) == pytest.approx(_numbers(replace(other, rows=0)), rel=1e-9)


def test_the_order_of_rows_decides_nothing(drawn):
    table, answers = drawn
    order = np.argsort(table.charges)
    once = scores(table, answers, intervals=False)
    again = scores(table[order], answers[order], intervals=False)
    assert _numbers(once.actuarial) == pytest.approx(_numbers(again.actuarial), nan_ok=True)
    assert _numbers(once.fifths) == pytest.approx(_numbers(again.fifths))


def test_the_pit_is_that_of_monitoring(drawn):
    table, answers = drawn
    draws = np.random.default_rng(5).random(ROWS)
    quantiles = answers[:, 1:-1]
    rows = zip(quantiles.tolist(), table.charges.tolist(), draws, strict=True)
    assert randomised_pit(table.charges, quantiles, seed=5).tolist() == pytest.approx([pit(*row) for row in rows])


def test_many_years_without_cost_look_like_no_error_where_their_chance_is_right():
    draw = np.random.default_rng(0)
    charges = draw.exponential(3000, 20_000) * (draw.random(20_000) > 0.3)
    quantiles = np.tile(np.quantile(charges, LEVELS), (len(charges), 1))
    rows = np.tile([30.0, 0, 25, 0, 0, 0], (len(charges), 1))
    answers = np.column_stack([np.full(len(charges), charges.mean()), quantiles, np.full(len(charges), 0.3)])
    measured = scores(Table(DEFAULT, rows, charges), answers, intervals=False)
    for calibrated in (*measured.calibration, *measured.quantiles):
        assert calibrated.coverage == pytest.approx(calibrated.level, abs=0.015)
    assert measured.zero
    assert measured.zero.predicted == pytest.approx(measured.zero.observed, abs=0.01)
    assert measured.zero.brier == pytest.approx(0.3 * 0.7, abs=0.005)
    assert [fifth.from_zero for fifth in measured.fifths] == [1.0] * 5


def test_intervals_of_ratios_hold_the_truth_about_as_often_as_they_promise():
    draw = np.random.default_rng(2)
    held = 0
    for _ in range(100):
        observed = draw.gamma(0.5, 2000, 100)
        (ratio,) = predictive_ratios(np.full(100, 1000.0), observed, np.ones((1, 100)), np.arange(100))
        held += (ratio.low or 0) <= 1 <= (ratio.high or np.inf)
    assert 0.85 <= held / 100 <= 0.99


def test_rows_of_the_same_person_make_intervals_wider_not_narrower():
    draw = np.random.default_rng(4)
    observed = draw.gamma(0.5, 2000, 200)
    once, repeated = (
        predictive_ratios(np.full(len(costs), 900.0), costs, np.ones((1, len(costs))), people)[0]
        for costs, people in ((observed, np.arange(200)), (np.repeat(observed, 3), np.repeat(np.arange(200), 3)))
    )
    assert (once.low, once.high) == pytest.approx((repeated.low, repeated.high))


def test_without_any_cost_there_is_no_ratio():
    (ratio,) = predictive_ratios(np.full(3, 10.0), np.zeros(3), np.ones((1, 3)), np.arange(3))
    assert (ratio.ratio, ratio.low, ratio.high) == (None, None, None)


def test_portions_spread_equal_figures_evenly_over_a_border():
    parts = portions(np.zeros(10), np.ones(10), (0, 0.25, 1))
    assert parts.tolist() == [[0.25] * 10, [0.75] * 10]


def test_gini_and_capture_of_the_true_order_and_of_none():
    costs, ones = np.array([0.0, 1.0, 3.0, 6.0]), np.ones(4)
    assert gini(costs, costs, ones) == pytest.approx(0.5)
    assert gini(ones, costs, ones) == pytest.approx(0)
    assert captured(costs, costs, ones, 0.25) == 1
    assert captured(ones, costs, ones, 0.25) == pytest.approx(2.5 / 6)


def _numbers(figures):
    """Return all numbers in some scores, one after the other; the ends of intervals that were not computed are NaN."""
    if isinstance(figures, int | float):
        return [float(figures)]
    if figures is None:
        return [float("nan")]
    if isinstance(figures, str):
        return []
    parts = figures if isinstance(figures, tuple) else [getattr(figures, name) for name in figures.__slots__]
    return [number for part in parts for number in _numbers(part)]

"""The curves of an actuary's report, against plain loops over people."""

import numpy as np
import pytest

from adapters.sklearn import curves as measured
from adapters.sklearn.table import Table
from domain.costs.distribution import QUANTILE_LEVELS
from domain.models.audit_values import OTHERS
from tests.support.default_schema import DEFAULT

LEVELS = np.array(QUANTILE_LEVELS)


class Sample:
    """A table, and answers for its rows."""

    def __init__(self, table, answers):
        self.table, self.answers, self.charges = table, answers, table.charges


def curves(sample, rival=None):
    return measured.curves(sample.table, sample.answers, rival)


def judged(count=400, seed=1, *, zeros=0.2, **more):
    """Draw people whose cost is exponential around what is expected, or nothing."""
    draw = np.random.default_rng(seed)
    means = draw.permutation(np.linspace(100.0, 5000.0, count))
    charges = np.where(draw.random(count) < zeros, 0.0, draw.exponential(means / (1 - zeros)))
    positive = np.clip((LEVELS - zeros) / (1 - zeros), 0, None)
    quantiles = -np.log1p(-positive) * (means / (1 - zeros))[:, None]
    answers = np.column_stack([np.round(means, 2), quantiles, np.full(count, zeros)])
    return Sample(table_of(charges, **more), answers)


def table_of(charges, **more):
    count = len(charges)
    return Table(DEFAULT, np.zeros((count, 6)), charges, people=np.arange(count, dtype=np.uint64), **more)


@pytest.fixture(scope="module")
def sample():
    return judged()


def test_tenths_are_ordered_by_expected_cost(sample):
    order = np.argsort(sample.answers[:, 0])
    for tenth, members in zip(curves(sample).deciles, np.split(order, 10), strict=True):
        assert tenth.people == 40
        assert tenth.predicted == pytest.approx(sum(sample.answers[i, 0] for i in members) / 40)
        assert tenth.observed == pytest.approx(sum(sample.charges[i] for i in members) / 40)


def test_the_lorenz_curve_adds_costs_up_in_both_orders(sample):
    points = curves(sample).lorenz
    assert len(points) == 21
    for order, name in ((sample.answers[:, 0], "by_predicted"), (sample.charges, "by_observed")):
        ordered = sample.charges[np.argsort(order, kind="stable")]
        for point in points:
            share = ordered[: round(point.people * 400)].sum() / ordered.sum()
            assert getattr(point, name) == pytest.approx(share)
    assert all(point.by_observed <= point.by_predicted + 1e-9 for point in points)


def test_chances_of_no_cost_are_compared_with_the_share_that_had_none():
    sample = judged()
    sample.answers[:, -1] = np.linspace(0.05, 0.4, 400)
    made = curves(sample).chances
    assert [portion.people for portion in made] == [40] * 10
    for portion, members in zip(made, np.split(np.arange(400), 10), strict=True):
        assert portion.predicted == pytest.approx(sample.answers[members, -1].mean())
        assert portion.observed == pytest.approx((sample.charges[members] == 0).mean())


def test_where_everybody_costs_something_no_chances_are_told():
    assert curves(judged(zeros=0.0)).chances == ()


def test_audit_groups_tell_who_is_underfunded():
    races = ["a" if number % 3 else "b" for number in range(400)]
    sample = judged(audits={"race": np.array(races, dtype=object)})
    made = curves(sample).audits
    assert [(group.column, group.value) for group in made] == [("race", "a"), ("race", "b")]
    for group in made:
        members = [number for number in range(400) if races[number] == group.value]
        predicted = sum(sample.answers[i, 0] for i in members)
        observed = sum(sample.charges[i] for i in members)
        assert group.people == len(members)
        assert group.ratio.ratio == pytest.approx(predicted / observed)
        assert group.ratio.low is not None
        assert group.ratio.high is not None
        assert group.ratio.low < predicted / observed < group.ratio.high
        assert group.net_compensation == pytest.approx((predicted - observed) / len(members))


def test_values_that_few_people_have_are_one_group():
    races = ["a"] * 300 + ["b"] * 81 + ["c"] * 12 + ["d"] * 7
    sample = judged(audits={"race": np.array(races, dtype=object)})
    made = curves(sample).audits
    assert [(group.value, group.people) for group in made] == [("a", 300), ("b", 81), (OTHERS, 19)]
    others = np.arange(381, 400)
    assert made[-1].ratio.ratio == pytest.approx(sample.answers[others, 0].sum() / sample.charges[others].sum())


def test_many_numbers_are_told_in_fifths():
    sample = judged(audits={"income": np.array([f"{number * 7 % 400}.5" for number in range(400)], dtype=object)})
    made = curves(sample).audits
    assert [(group.value, group.people) for group in made] == [
        ("0.5 to 79.5", 80), ("80.5 to 159.5", 80), ("160.5 to 239.5", 80), ("240.5 to 319.5", 80),
        ("320.5 to 399.5", 80),
    ]  # fmt: skip


def test_periods_stand_in_their_order():
    sample = judged(periods=np.array([1976.5 if number % 2 else 1975.0 for number in range(400)]))
    first, second = curves(sample).periods
    assert (first.period, second.period) == ("1975", "1976")
    members = np.arange(0, 400, 2)
    assert first.ratio.ratio == pytest.approx(sample.answers[members, 0].sum() / sample.charges[members].sum())


def test_double_lift_shows_which_of_two_models_is_right(sample):
    uninformed = np.tile(sample.charges.mean(), (400, 101))
    lift = curves(sample, ("all alike", uninformed)).double_lift
    assert lift is not None
    assert lift.rival == "all alike"
    assert lift.portions[0].predicted < lift.portions[0].rival
    own, other = lift.errors
    assert own < other


def test_a_row_of_weight_two_is_that_row_twice(sample):
    weights = np.where(np.arange(400) % 4 == 0, 2.0, 1.0)
    twice = np.concatenate([np.arange(400), np.arange(0, 400, 4)])
    heavy = Sample(table_of(sample.charges, weights=weights), sample.answers)
    repeated = Sample(sample.table[twice], sample.answers[twice])
    for point, other in zip(curves(heavy).deciles, curves(repeated).deciles, strict=True):
        assert (point.predicted, point.observed) == pytest.approx((other.predicted, other.observed), rel=1e-9)
    for point, other in zip(curves(heavy).lorenz, curves(repeated).lorenz, strict=True):
        assert point.by_predicted == pytest.approx(other.by_predicted, rel=1e-9)


def test_nobody_costs_anything():
    count = 50
    made = curves(Sample(table_of(np.zeros(count)), np.zeros((count, 101))))
    assert all(portion.observed == 0 for portion in made.deciles)
    assert all(point.by_observed == 0 for point in made.lorenz)

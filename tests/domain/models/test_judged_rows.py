"""Rows as versions judged them before they had seen them."""

from __future__ import annotations

import random
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import pytest

from domain.models.judged_rows import JudgedRow, double_lift, judged, lift, own_of, parts, ratio, rival_of, within
from domain.models.scores import PredictiveRatio
from domain.monitoring.drift import Sample
from domain.people.fact import Fact, Kind
from tests.support.default_schema import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

AGE, SMOKER = DEFAULT.by_name["age"], DEFAULT.by_name["smoker"]


def row(age: float, smoker: float = 0.0) -> tuple[float, ...]:
    return float(age), 1.0, 27.5, 0.0, smoker, 2.0


def ratio_of(rows: Sequence[JudgedRow]) -> PredictiveRatio:
    estimate = ratio(rows, own_of)
    assert estimate
    return estimate


def sample(*rows: tuple[float, float, float], smoker: float = 0.0) -> Sample:
    """Rows of age, cost and expected cost."""
    return Sample(
        DEFAULT,
        [row(age, smoker) for age, _, _ in rows],
        {"charges": [cost for _, cost, _ in rows], "expected": [expected for _, _, expected in rows]},
    )


def test_rows_of_two_versions_are_paired_by_facts_and_cost():
    own = sample((30, 100, 90), (40, 200, 210), (50, 300, 290))
    rival = sample((50, 300, 270), (30, 100, 120), (40, 999, 1))
    assert [(row.beneficiary["age"], row.expected, row.rival) for row in judged(DEFAULT, own, rival)] == [
        (30, 90, 120),
        (40, 210, None),
        (50, 290, 270),
    ]


def test_without_what_was_expected_out_of_fold_there_are_no_rows():
    own = sample((30, 100, 90))
    assert judged(DEFAULT, Sample(DEFAULT, own.facts, {"charges": [100.0]})) == ()
    (alone,) = judged(DEFAULT, own, Sample(DEFAULT, own.facts, {"charges": [100.0]}))
    assert alone.rival is None


def test_rows_of_a_schema_that_was_widened_are_read_by_the_new_one():
    wider = replace(DEFAULT, facts=(*DEFAULT.facts, Fact(name="pets", kind=Kind.WHOLE, may_be_missing=True)))
    (row,) = judged(wider, sample((30, 100, 90)))
    assert (row.beneficiary["age"], row.beneficiary["pets"]) == (30, None)


def test_a_row_that_breaks_a_rule_of_the_schema_is_left_out():
    assert len(judged(DEFAULT, sample((30, 100, 90), (7, 100, 90)))) == 1


def test_a_ratio_is_predicted_over_observed_with_its_interval():
    rows = judged(DEFAULT, sample((30, 100, 80), (40, 300, 240)))
    estimate = ratio_of(rows)
    assert estimate.ratio == pytest.approx(0.8)
    assert (estimate.low, estimate.high) == (pytest.approx(0.8), pytest.approx(0.8))  # both rows miss by the same share
    assert ratio(rows, rival_of) is None
    assert ratio_of(rows[:1]).low is None
    assert ratio_of(judged(DEFAULT, sample((30, 0, 80), (40, 0, 1)))).ratio is None


def test_the_interval_of_a_ratio_holds_the_truth_about_as_often_as_it_promises():
    draw, held = random.Random(1), 0
    for _ in range(400):
        costs = [draw.expovariate(1 / 1000) for _ in range(120)]
        estimate = ratio_of(judged(DEFAULT, sample(*[(40, cost, 1000.0) for cost in costs])))
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= 1.0 <= estimate.high
    assert 0.91 <= held / 400 <= 0.98


def test_numbers_are_cut_at_round_values_and_rare_ones_make_no_part_of_their_own():
    rows = judged(DEFAULT, sample(*[(age, 100, 100) for age in [18, *range(20, 65), *range(20, 65), 99]]))
    cut = parts(rows, AGE)
    assert [(part.low, part.high) for part in cut] == [
        (None, 30), (30, 40), (40, 50), (50, 60), (60, None),
    ]  # fmt: skip
    assert sum(part.people for part in cut) == len(rows)


def test_flags_are_cut_by_value():
    rows = judged(DEFAULT, sample((30, 100, 90))) + judged(DEFAULT, sample((30, 200, 260), smoker=1.0))
    assert [(part.value, part.people, part.own.ratio) for part in parts(rows, SMOKER)] == [
        (False, 1, pytest.approx(0.9)),
        (True, 1, pytest.approx(1.3)),
    ]


def test_rows_without_the_fact_are_in_no_part_and_within_no_range():
    schema = replace(DEFAULT, facts=(replace(AGE, may_be_missing=True), *DEFAULT.facts[1:]))
    facts = [row(nan), row(30)]
    rows = judged(schema, Sample(schema, facts, {"charges": [1.0, 1.0], "expected": [1.0, 1.0]}))
    age = schema.by_name["age"]
    assert [part.people for part in parts(rows, age)] == [1]
    assert [within(row, age, None, None) for row in rows] == [False, True]
    assert within(rows[1], age, 30, 30)
    assert not within(rows[1], age, 31, None)


def test_lift_is_by_tenths_of_the_expected_cost():
    rows = judged(DEFAULT, sample(*[(18 + i, 10.0 * i, 10.0 * i + 5) for i in range(20)]))
    tenths = lift(rows, own_of)
    assert [part.people for part in tenths] == [2] * 10
    assert (tenths[0].predicted, tenths[0].observed) == (10.0, 5.0)
    assert lift(rows, rival_of) == ()
    assert len(lift(rows[:3], own_of)) == 3


def test_double_lift_begins_where_the_version_expects_least_beside_the_other():
    ages = range(18, 38)
    own = sample(*[(age, 100.0, 200.0 if age > 27 else 50.0) for age in ages])
    lifted = double_lift(judged(DEFAULT, own, sample(*[(age, 100.0, 100.0) for age in ages])), "version 1")
    assert lifted is not None
    assert (lifted.portions[0].predicted, lifted.portions[-1].predicted) == (50.0, 200.0)
    assert lifted.errors == (75.0, 0.0)
    assert double_lift(judged(DEFAULT, own), "version 1") is None

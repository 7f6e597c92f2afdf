from __future__ import annotations

import math
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from domain.costs.cents import round_to_total
from domain.costs.explanation import Contribution, Explanation, PeopleAlike
from domain.costs.prediction import ModelReference
from domain.models.model import Provenance
from domain.models.scores import (
    ActuarialScores,
    ExpectedScores,
    GroupScores,
    IntervalScores,
    PredictiveRatio,
    Scores,
    TypicalScores,
)
from entrypoints.dashboard.charts import drawing as charts
from entrypoints.dashboard.charts import model_charts, trials
from entrypoints.dashboard.charts.predictive_ratios import ratios
from tests.support.people import ANN
from tests.support.words import words_in

WORDS = words_in("en")
FACTS = ("age", "sex", "bmi", "children", "smoker", "region")


def explained(*usd: float, baseline: float = 12_130.0) -> Explanation:
    cents = round_to_total([baseline, *usd], baseline + sum(usd))
    parts = tuple(Contribution(fact, part) for fact, part in zip(FACTS, cents[1:], strict=True))
    alike = PeopleAlike(0, 100, None, None, None)
    return Explanation(cents[0], parts, round(sum(cents), 2), alike, ModelReference(1, "0"))


def test_trials_are_drawn_with_what_the_axes_are_and_one_trial_is_not():
    several = trials.tuning(Provenance(metric="crps", trials=3, tried=(1500.0, None, 1400.0)), WORDS)
    assert several.count("axis-title") == 2
    assert WORDS("models.crps") in several
    single = trials.tuning(Provenance(metric="crps", trials=1, tried=(1500.0,)), WORDS)
    assert WORDS("models.tuning.some", count=1) in single
    assert "$1,500" in single
    assert "field-of-view" not in single


def column(table: str) -> list[int]:
    shown = re.findall(r'<td class="usd[^"]*">([^<]+)</td>', table)
    return [int(re.sub(r"[$,+]", "", text.replace("−", "-"))) for text in shown]  # noqa: RUF001  # as it is shown


@given(st.lists(st.floats(-30_000, 30_000, allow_nan=False), min_size=6, max_size=6), st.floats(40_000, 60_000))
def test_the_column_of_dollars_adds_up_as_shown(usd: list[float], baseline: float):
    start, *steps, end = column(charts.waterfall(explained(*usd, baseline=baseline), ANN, WORDS))
    assert start + sum(steps) == end


def test_dollars_taken_away_look_and_read_differently_from_dollars_added():
    table = charts.waterfall(explained(-870, -570, 80, 130, -3110, 420), ANN, WORDS)
    assert column(table) == [12_130, -870, -570, 80, 130, -3110, 420, 8210]
    assert table.count('class="bar down"') == 3
    assert table.count('class="bar up"') == 3


def test_facts_that_change_nothing_add_nothing_and_take_nothing_away():
    table = charts.waterfall(explained(0, 0, 0, 0, 0, 0), ANN, WORDS)
    assert column(table) == [12_130, 0, 0, 0, 0, 0, 0, 12_130]
    assert not re.search('class="bar (up|down)"', table)


@given(st.floats(100, 9e8))
def test_an_axis_of_dollars_has_two_to_six_round_numbers(high: float):
    steps = charts.round_steps(high)
    assert 2 <= len(steps) <= 6
    assert steps[0] == 0
    assert steps[-1] <= high
    assert steps[1] / 10 ** math.floor(math.log10(steps[1])) in (1, 2, 2.5, 5)


@given(st.lists(st.floats(-20_000, 20_000, allow_nan=False), min_size=1, max_size=5))
def test_the_bias_of_every_group_lies_within_its_picture(biases: list[float]):
    groups = tuple(
        GroupScores(group=f"region={i}", rows=30, coverage=0.9, mean_width=9000.0, bias=usd)
        for i, usd in enumerate(biases)
    )
    scores = Scores(
        rows=150,
        expected=ExpectedScores(0.8, 4900.0, 2500.0),
        typical=TypicalScores(1500.0, 12.0, 0.9),
        crps=1400.0,
        interval=IntervalScores(0.9, 0.92, 9000.0, 19_900.0),
        groups=groups,
    )
    drawn = re.findall(r"left:([-\d.]+)%;width:([-\d.]+)%", model_charts.residuals([("Version 1", scores)], WORDS))
    assert len(drawn) == len(biases)
    assert all(float(left) >= 0 and float(left) + float(width) <= 100 for left, width in drawn)


def test_predicted_over_observed_is_drawn_with_its_interval_where_there_is_one():
    nothing = Scores(0, ExpectedScores(0, 0, 0), TypicalScores(0, 0, 0), 0, IntervalScores(0.9, 0.9, 0, 0), ())
    assert "older than they are" in ratios([("Version 1", nothing)], words_in("en"))
    assert "older than they are" in model_charts.fifths([("Version 1", nothing)], words_in("en"))
    tenth = PredictiveRatio(0.33, 0.29, 0.37)
    actuarial = ActuarialScores(
        overall=PredictiveRatio(1.0, 0.98, 1.02), deciles=(*[PredictiveRatio(1.0)] * 8, PredictiveRatio(None), tenth),
        cpm=0.1, gini=0.3, mae_over_mean=0.8, capped_r2=0.2, cap=250_000, capture_1=0.3, capture_5=0.3, capture_10=0.4,
    )  # fmt: skip
    version = ("Version 1", replace(nothing, actuarial=actuarial))
    drawn = ratios([version], words_in("en"))
    assert drawn.count('class="whisker"') == 2
    assert drawn.count('class="point solid"') == 10
    for text in ("Tenth 10", "0.330", "0.290 to 0.370", "no cost observed"):
        assert text in drawn
    both = ratios([version, ("Version 2", nothing)], words_in("en"))
    assert both.count('class="point solid"') == 10
    assert "Version 2: Ratio" in both


def test_the_axis_of_amounts_is_as_wide_as_its_longest_label():
    levels = [("EUR 0", 0.0), ("EUR 1,363", 100.0)]
    assert 'data-longest="EUR 1,363"' in charts.field_of_view([], levels, [], 200, Markup())

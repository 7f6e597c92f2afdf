from __future__ import annotations

import re

from hypothesis import given

from domain.costs.distribution import CostDistribution
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.widgets.summary import Shape, meaning, sentence, shape_of
from tests.support.distributions import costs
from tests.support.words import words_in

MOST = CostDistribution(8_210.0, (7_080.0,) * 91 + tuple(12_000.0 + 2_000 * k for k in range(8)))
HALVES = CostDistribution(8_210.0, tuple(4000.0 + 150 * k for k in range(99)))
FREE = CostDistribution(900.0, (0.0,) * 60 + tuple(100.0 * k for k in range(39)))
TIES = CostDistribution(8_000.0, tuple([4_000.0] * 30 + [7_000.0] * 40 + [9_000.0 + 100 * k for k in range(29)]))


@given(costs)
def test_the_sentence_always_speaks_of_the_same_share(cost: CostDistribution):
    for language in ("en", "es"):
        text = sentence(cost, words_in(language))
        shares = re.findall(r"\b1 (?:in|de cada) (\d+)", text.replace("Fewer than 1 in 10", "1 in 10"))
        assert shares == ["10"]


@given(costs)
def test_half_is_said_to_cost_less_only_where_it_does(cost: CostDistribution):
    words = words_in("en")
    if meaning(cost, words) == words("typical.means.halves"):
        same = sum(abs(usd - cost.typical) <= 0.01 * cost.typical for usd in cost.quantiles)
        assert same <= 0.2 * 99
        assert words.money(cost.typical) != "$0"


@given(costs)
def test_what_one_in_ten_costs_is_more_than_the_typical_year(cost: CostDistribution):
    words = words_in("en")
    if match := re.search(r"1 in 10 costs more than \$([\d,]+)", sentence(cost, words)):
        assert int(match[1].replace(",", "")) == round(cost.quantile(0.9), -1) > cost.typical


def test_where_most_cost_the_same_the_first_sentence_says_so(words: Words):
    assert shape_of(MOST) is Shape.MOST
    assert sentence(MOST, words) == "Most people like this cost about $7,080 a year. About 1 in 10 costs much more."
    assert meaning(MOST, words) == ""


def test_where_costs_spread_half_cost_less(words: Words):
    assert shape_of(HALVES) is Shape.HALVES
    assert meaning(HALVES, words) == words("typical.means.halves")
    assert sentence(HALVES, words).endswith("1 in 10 costs more than $17,350.")


def test_where_the_typical_year_costs_nothing_it_says_that(words: Words):
    assert shape_of(FREE) is Shape.FREE
    assert sentence(FREE, words).startswith("At least half of people like this cost nothing")


def test_where_the_typical_year_costs_little_it_says_that_and_not_nothing(words: Words):
    little = CostDistribution(90.0, (0.0,) * 39 + tuple(0.3 * k for k in range(1, 61)), 0.39)
    assert shape_of(little) is Shape.LITTLE
    assert sentence(little, words).startswith("At least half of people like this cost less than $10 in a year.")
    assert meaning(little, words) == ""


@given(costs)
def test_half_is_said_to_cost_nothing_only_where_it_does(cost: CostDistribution):
    words = words_in("en")
    if sentence(cost, words).startswith(words("answer.free")):
        assert cost.zero >= 0.5


def test_where_many_cost_the_same_half_cost_that_or_less(words: Words):
    assert shape_of(TIES) is Shape.TIES
    assert meaning(TIES, words) == words("typical.means.ties")


def test_where_nobody_costs_more_no_tenth_is_invented(words: Words):
    certain = CostDistribution(2_000.0, (2_000.0,) * 99)
    assert sentence(certain, words).endswith(words("answer.tenth.none"))

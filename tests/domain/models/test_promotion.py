from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import PromotionRefused
from domain.models.promotion import Candidacy, PromotionPolicy, Verdict, require
from domain.models.scores import PredictiveRatio
from tests.support.candidacies import AGAINST_CHAMPION, FIFTH, GOOD, measured

POLICY = PromotionPolicy()


def test_tenths_of_few_people_are_told_and_not_judged() -> None:
    verdict = POLICY.judge(measured(decile=PredictiveRatio(0.33, 0.29, 0.37), people=300))
    assert verdict.passed
    (check,) = (check for check in verdict.checks if check.name == "few people")
    assert "300 people are too few" in check.detail


def failed(verdict: Verdict) -> list[str]:
    return [check.name for check in verdict.checks if not check.passed]


def test_an_equal_challenger_passes_within_the_margin() -> None:
    assert POLICY.judge(GOOD).passed


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (replace(GOOD, comparison=replace(AGAINST_CHAMPION, upper_bound=400)), "CRPS"),
        (replace(GOOD, coverage=0.6), "coverage 0.600"),
        (replace(GOOD, coverage=0.999), "coverage 0.999"),
        (replace(GOOD, group_coverage={"smoker=yes": 0.5}), "coverage of smoker=yes"),
        (replace(GOOD, milliseconds=1e6), "milliseconds"),
        (replace(GOOD, megabytes=1e6), "megabytes"),
        (replace(GOOD, strongest_fact="bmi", strongest_fact_r2=0.99), "bmi alone explains 0.990"),
        (replace(GOOD, repeated=3), "3 people stand on both sides of a split"),
        (measured(decile=PredictiveRatio(0.33, 0.29, 0.37)), "predicted over observed, decile 10 0.330"),
        (measured(ratio=PredictiveRatio(1.2, 1.15, 1.25)), "predicted over observed 1.200"),
        (measured(group=PredictiveRatio(0.7, 0.65, 0.75)), "predicted over observed of smoker=yes 0.700"),
        (measured(fifth=replace(FIFTH, coverage=0.7)), "coverage, fifth 5 0.700"),
        (measured(fifth=replace(FIFTH, coverage=1.0, people=2000)), "coverage, fifth 5 1.000"),
    ],
)
def test_each_rule_refuses_with_its_reason(spoilt: Candidacy, reason: str) -> None:
    verdict = POLICY.judge(spoilt)
    assert not verdict.passed
    assert reason in verdict.reasons


def test_good_figures_pass_every_check() -> None:
    verdict = POLICY.judge(measured())
    assert verdict.passed
    names = [check.name for check in verdict.checks]
    assert len(names) == len(set(names))
    assert {"coverage, fifth 1", "predicted over observed, decile 10", "repeats", "leakage"} <= set(names)
    assert not any(check.lenient for check in verdict.checks)


def test_a_ratio_whose_own_interval_reaches_into_the_policy_passes_and_says_so() -> None:
    verdict = POLICY.judge(measured(decile=PredictiveRatio(0.6, 0.3, 0.9)))
    assert verdict.passed
    (lenient,) = (check for check in verdict.checks if check.lenient)
    assert "its 95 % interval, 0.218 to 1.085, reaches into that" in lenient.detail
    assert POLICY.judge(measured(decile=PredictiveRatio(3.0, 0.5, None))).passed
    assert POLICY.judge(measured(decile=PredictiveRatio(None))).passed


def test_coverage_of_few_people_passes_where_its_interval_reaches_into_the_policy() -> None:
    few, many = (measured(fifth=replace(FIFTH, coverage=0.78, people=people)) for people in (60, 2000))
    assert POLICY.judge(few).passed
    assert failed(POLICY.judge(many)) == ["coverage, fifth 5"]
    assert POLICY.judge(replace(measured(people=300), coverage=0.85)).passed
    assert failed(POLICY.judge(replace(measured(people=3000), coverage=0.85))) == ["coverage"]


def test_where_ranges_begin_at_zero_they_may_hold_more() -> None:
    verdict = POLICY.judge(measured(fifth=replace(FIFTH, coverage=1.0, from_zero=0.9)))
    assert verdict.passed
    assert any("90% of these ranges begin at zero" in check.detail for check in verdict.checks)


def test_a_first_champion_must_beat_the_distribution_of_all_costs() -> None:
    first = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000)
    assert POLICY.judge(replace(GOOD, comparison=replace(first, upper_bound=-4000))).passed
    assert POLICY.judge(replace(GOOD, comparison=replace(first, upper_bound=-0.01))).passed
    for bound in (0, 100):
        assert not POLICY.judge(replace(GOOD, comparison=replace(first, upper_bound=bound))).passed


def test_a_policy_may_ask_by_which_share_the_distribution_of_all_costs_is_beaten() -> None:
    first = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000, upper_bound=-500)
    assert PromotionPolicy(first_gain=0.05).judge(replace(GOOD, comparison=first)).passed
    assert not PromotionPolicy(first_gain=0.1).judge(replace(GOOD, comparison=first)).passed


def test_a_challenger_must_also_beat_the_distribution_of_all_costs() -> None:
    better = replace(GOOD, comparison=replace(AGAINST_CHAMPION, upper_bound=-4000))
    blind = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000, upper_bound=100)
    verdict = POLICY.judge(replace(better, unconditional=blind))
    assert [check.name for check in verdict.checks if not check.passed] == ["crps against all costs"]
    assert POLICY.judge(replace(better, unconditional=replace(blind, upper_bound=-4000))).passed


def test_a_verdict_says_on_how_many_rows_of_which_kind_it_rests() -> None:
    frozen = replace(AGAINST_CHAMPION, method="unseen_rows", rows=1250, outcomes=250)
    detail = POLICY.judge(replace(GOOD, comparison=frozen)).checks[0].detail
    assert detail.endswith("; on 1,250 rows the champion never saw, 250 of them outcomes that came in")
    assert POLICY.judge(GOOD).checks[0].detail.endswith("; on 1,000 rows (identical folds)")


def test_a_verdict_counts_only_against_the_champion_of_today() -> None:
    verdict = POLICY.judge(GOOD)
    require(verdict, version=4, champion=3, override=None)
    with pytest.raises(PromotionRefused, match="the champion is 2"):
        require(verdict, version=4, champion=2, override=None)


def test_what_was_refused_or_never_judged_needs_a_reason() -> None:
    refused = POLICY.judge(replace(GOOD, coverage=0.1))
    for verdict in (None, refused):
        with pytest.raises(PromotionRefused, match="--reason"):
            require(verdict, version=4, champion=3, override=None)
        require(verdict, version=4, champion=3, override="the audit asks for it")

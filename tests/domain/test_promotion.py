from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import PromotionRefused
from domain.promotion import Candidacy, PairedComparison, PromotionPolicy, require

POLICY = PromotionPolicy()
AGAINST_CHAMPION = PairedComparison(
    method="identical_folds", rival=3, rows=1000, challenger_loss=1400, rival_loss=1400, difference=0,
    standard_error=10, degrees_of_freedom=9, upper_bound=18,
)  # fmt: skip
GOOD = Candidacy(
    comparison=AGAINST_CHAMPION, coverage=0.92, group_coverage={"smoker=yes": 0.9}, milliseconds=1, megabytes=1
)


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
    ],
)
def test_each_rule_refuses_with_its_reason(spoilt: Candidacy, reason: str) -> None:
    verdict = POLICY.judge(spoilt)
    assert not verdict.passed
    assert reason in verdict.reasons


def test_a_first_champion_must_beat_the_distribution_of_all_costs() -> None:
    first = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000)
    assert POLICY.judge(replace(GOOD, comparison=replace(first, upper_bound=-4000))).passed
    assert not POLICY.judge(replace(GOOD, comparison=replace(first, upper_bound=-100))).passed


def test_to_be_better_than_the_champion_is_not_enough_without_knowing_more_than_the_distribution_of_all_costs() -> None:
    better = replace(GOOD, comparison=replace(AGAINST_CHAMPION, upper_bound=-4000))
    blind = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000, upper_bound=-100)
    verdict = POLICY.judge(replace(better, unconditional=blind))
    assert [check.name for check in verdict.checks if not check.passed] == ["crps against all costs"]
    assert POLICY.judge(replace(better, unconditional=replace(blind, upper_bound=-4000))).passed


def test_a_verdict_says_on_how_many_rows_of_which_kind_it_rests() -> None:
    frozen = replace(AGAINST_CHAMPION, method="unseen_rows", rows=1250, outcomes=250)
    said = POLICY.judge(replace(GOOD, comparison=frozen)).checks[0].detail
    assert said.endswith("; on 1,250 rows the champion never saw, 250 of them outcomes that came in")
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

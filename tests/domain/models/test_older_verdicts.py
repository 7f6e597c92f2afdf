"""Cards and verdicts of earlier releases, as they lie in folders and databases."""

from __future__ import annotations

import msgspec

from domain.models.promotion import PromotionPolicy, Verdict
from domain.models.scores import Scores

SCORES = """{"rows": 10, "expected": {"r2": 0.8, "rmse": 9.0, "mae": 7.0}, "typical": {"mae": 5.0, "median_ae": 2.0,
"within_100": 0.5}, "crps": 6.0, "interval": {"level": 0.9, "coverage": 0.9, "mean_width": 20.0,
"interval_score": 30.0},
"groups": [{"group": "a=yes", "rows": 4, "coverage": 0.75, "mean_width": 18.0, "bias": -1.0}]}"""
VERDICT = """{"checks": [{"name": "coverage", "passed": true, "detail": "coverage 0.900, allowed 0.87 to 0.98"}],
"candidacy": {"comparison": {"method": "unconditional", "rival": null, "rows": 10, "challenger_loss": 6.0,
"rival_loss": 9.0, "difference": -3.0, "standard_error": 0.1, "degrees_of_freedom": 9.0, "upper_bound": -2.0},
"coverage": 0.9, "group_coverage": {"a=yes": 0.9}, "milliseconds": 0.3, "megabytes": 0.5}}"""


def test_scores_without_the_figures_for_actuaries_are_read() -> None:
    scores = msgspec.json.decode(SCORES, type=Scores)
    assert (scores.people, scores.zero, scores.fifths, scores.actuarial) == (None, None, (), None)
    assert (scores.groups[0].people, scores.groups[0].ratio) == (None, None)


def test_a_verdict_without_them_is_read_and_may_be_judged_anew() -> None:
    verdict = msgspec.json.decode(VERDICT, type=Verdict)
    assert verdict.candidacy.measured is None
    assert not verdict.checks[0].lenient
    assert PromotionPolicy().judge(verdict.candidacy).passed

"""A version that the gate lets in, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace

from domain.models.promotion import Candidacy, PairedComparison
from domain.models.scores import (
    ActuarialScores,
    ExpectedScores,
    FifthScores,
    GroupScores,
    IntervalScores,
    PredictiveRatio,
    Scores,
    TypicalScores,
)

AGAINST_CHAMPION = PairedComparison(
    method="identical_folds", rival=3, rows=1000, challenger_loss=1400, rival_loss=1400, difference=0,
    standard_error=10, degrees_of_freedom=9, upper_bound=18,
)  # fmt: skip
GOOD = Candidacy(
    comparison=AGAINST_CHAMPION, coverage=0.92, group_coverage={"smoker=yes": 0.9}, milliseconds=1, megabytes=1
)
RIGHT = PredictiveRatio(1.0, 0.95, 1.05)
FIFTH = FifthScores(
    people=200, coverage=0.9, predicted=9.0, observed=9.0, from_zero=0.0, zero_predicted=0.0, zero_observed=0.0
)
ACTUARIAL = ActuarialScores(
    overall=RIGHT, deciles=(RIGHT,) * 10, cpm=0.1, gini=0.3, mae_over_mean=0.8, capped_r2=0.2, cap=250_000,
    capture_1=0.3, capture_5=0.3, capture_10=0.4,
)  # fmt: skip
MEASURED = Scores(
    rows=1000, expected=ExpectedScores(0.2, 9.0, 9.0), typical=TypicalScores(9.0, 9.0, 0.1), crps=1400,
    interval=IntervalScores(0.9, 0.92, 9.0, 9.0), groups=(GroupScores("smoker=yes", 200, 0.9, 9.0, 0.0, 200, RIGHT),),
    people=1000, fifths=(FIFTH,) * 5, actuarial=ACTUARIAL,
)  # fmt: skip


def measured(**changes: object) -> Candidacy:
    """Return a good candidacy but for some figures."""
    deciles, ratio, fifth, group, people = (changes.get(n) for n in ("decile", "ratio", "fifth", "group", "people"))
    actuarial = ACTUARIAL
    if isinstance(deciles, PredictiveRatio):
        actuarial = replace(ACTUARIAL, deciles=(*ACTUARIAL.deciles[:9], deciles))
    if isinstance(ratio, PredictiveRatio):
        actuarial = replace(actuarial, overall=ratio)
    scores = replace(MEASURED, actuarial=actuarial, people=people if isinstance(people, int) else 1000)
    if isinstance(fifth, FifthScores):
        scores = replace(scores, fifths=(*MEASURED.fifths[:4], fifth))
    if isinstance(group, PredictiveRatio):
        scores = replace(scores, groups=(replace(MEASURED.groups[0], ratio=group),))
    return replace(GOOD, measured=scores)

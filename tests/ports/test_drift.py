"""The port `drift`."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from adapters.pandas.synthetic import SyntheticClaims
from adapters.scipy.drift import ScipyDriftMeter
from domain.beneficiary import FACTS
from domain.claims import COLUMNS
from domain.drift import Sample

AGE, SMOKER = FACTS.index("age"), FACTS.index("smoker")


@pytest.fixture
def meter():
    return ScipyDriftMeter()


def as_they_are(facts):
    return facts


def sample(rows=2000, seed=0, change=as_they_are):
    claims = SyntheticClaims(rows=rows, seed=seed).read()
    return Sample(change(np.array(claims.facts)), {"charges": claims.charges})


def test_rows_of_the_same_making_have_not_drifted(meter):
    report = meter.measure(sample(seed=1), sample(seed=2))
    assert report.drifted == ()
    assert tuple(one.column for one in report.columns) == COLUMNS


def test_nothing_drifts_in_most_pairs_of_small_tables(meter):
    drifted = [meter.measure(sample(200, seed), sample(200, seed + 1)).drifted for seed in range(0, 80, 2)]
    assert sum(map(bool, drifted)) <= 6  # 2 of 40 are to be expected at most; 7 or more have a chance below 0.3 %


def test_older_people_and_more_smokers_are_found_and_nothing_else(meter):
    def change(facts):
        facts[:, AGE] = np.minimum(facts[:, AGE] + 8, 64)
        facts[: len(facts) // 2, SMOKER] = 1
        return facts

    report = meter.measure(sample(seed=1), sample(seed=2, change=change))
    assert report.drifted == ("age", "smoker")
    assert {one.test for one in report.columns if one.drifted} == {"kolmogorov_smirnov", "chi_squared"}


def test_a_shift_too_small_to_matter_is_significant_in_a_large_file_but_no_drift(meter):
    def change(facts):
        facts[:, AGE] += 1
        return facts

    report = meter.measure(sample(50_000, seed=1), sample(200_000, seed=2, change=change))
    age = report.columns[AGE]
    assert age.adjusted_p < 0.001
    assert not age.drifted


def test_a_category_that_was_never_seen_before_is_drift(meter):
    def change(facts):
        facts[:, SMOKER] = 0
        return facts

    assert meter.measure(sample(seed=1, change=change), sample(seed=2)).drifted == ("smoker",)


def test_only_columns_that_both_have_are_compared(meter):
    report = meter.measure(sample(seed=1), Sample(sample(seed=2).facts))
    assert tuple(one.column for one in report.columns) == FACTS


def test_nothing_can_be_said_of_no_rows(meter):
    report = meter.measure(sample(), Sample([]))
    assert (report.rows, report.columns, report.drifted) == (0, (), ())


def test_statistics_and_chances_are_those_of_scipy(meter):
    before, now = (np.array(sample(rows=rows, seed=seed).facts) for rows, seed in ((1338, 1), (1000, 2)))
    now[:, AGE] = np.minimum(now[:, AGE] + 2, 64)
    for at, found in enumerate(meter.measure(Sample(before), Sample(now)).columns):
        if found.test == "kolmogorov_smirnov":
            known: Any = ks_2samp(before[:, at], now[:, at], method="asymp")
        else:
            kinds = [np.bincount(some[:, at].astype(int)) for some in (before, now)]
            known = chi2_contingency(np.array(kinds))
        assert (found.statistic, found.p_value) == pytest.approx((known.statistic, known.pvalue), rel=0.15), (
            found.column
        )

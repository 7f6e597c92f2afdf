"""The port `drift`."""

from typing import Any

import numpy as np
import pytest

from adapters.arrow.synthetic import SyntheticClaims
from adapters.scipy.drift import ScipyDriftMeter
from domain.monitoring.drift import Sample
from tests.support.default_schema import DEFAULT, FACTS
from tests.support.other_people import CLINIC, clinic_people

AGE, SMOKER = FACTS.index("age"), FACTS.index("smoker")
PRESSURE = CLINIC.names.index("pressure")


@pytest.fixture
def meter():
    return ScipyDriftMeter()


def as_they_are(facts):
    return facts


def sample(rows=2000, seed=0, change=as_they_are):
    claims = SyntheticClaims(DEFAULT, rows=rows, seed=seed).read()
    return Sample(DEFAULT, change(np.array(claims.facts)), {"charges": claims.charges})


def test_rows_of_the_same_making_have_not_drifted(meter):
    report = meter.measure(sample(seed=1), sample(seed=2))
    assert report.drifted == ()
    assert tuple(column.column for column in report.columns) == DEFAULT.columns


def test_a_cell_that_is_not_known_counts_for_nothing(meter):
    whole = sample(seed=2)
    facts = np.array(whole.facts)
    facts[5, AGE] = np.nan
    facts[:, SMOKER] = np.nan
    report = meter.measure(sample(seed=1), Sample(DEFAULT, facts, whole.more))
    assert {column.column for column in report.columns} == set(DEFAULT.columns) - {"smoker"}
    rest = np.delete(np.array(whole.facts), 5, axis=0)
    (age,) = (column for column in report.columns if column.column == "age")
    (same,) = (
        column for column in meter.measure(sample(seed=1), Sample(DEFAULT, rest)).columns if column.column == "age"
    )
    assert (age.statistic, age.psi) == (same.statistic, same.psi)


def test_a_fact_that_fewer_people_give_has_drifted(meter):
    def clinic_sample(gaps, seed):
        rows, _ = clinic_people(400, seed)
        rows[:gaps, PRESSURE] = np.nan
        return Sample(CLINIC, rows)

    assert meter.measure(clinic_sample(0, 1), clinic_sample(0, 2)).drifted == ()
    for gaps in (200, 400):
        report = meter.measure(clinic_sample(0, 1), clinic_sample(gaps, 2))
        (pressure,) = (column for column in report.columns if column.column == "pressure")
        assert (report.drifted, pressure.test) == (("pressure",), "missing")
    # a fact that the champion knows nothing of is news, and no drift
    assert "pressure" not in {
        column.column for column in meter.measure(clinic_sample(400, 1), clinic_sample(0, 2)).columns
    }


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
    assert {column.test for column in report.columns if column.drifted} == {"mann_whitney", "chi_squared"}


def test_a_shift_too_small_to_matter_is_significant_in_a_large_file_but_no_drift(meter):
    def change(facts):
        facts[:, AGE] += 1
        return facts

    report = meter.measure(sample(50_000, seed=1), sample(200_000, seed=2, change=change))
    age = report.columns[AGE]
    assert age.adjusted_p < 0.001
    assert not age.drifted


@pytest.mark.parametrize(("rows", "drifted"), [(150, ("smoker",)), (20_000, ())])
def test_twelve_points_more_smokers_are_drift_depending_on_the_sample_size(meter, rows, drifted):
    def smoking(share):
        def change(facts):
            facts[:, SMOKER] = np.arange(len(facts)) < share * len(facts)
            return facts

        return change

    before, now = sample(20_000, seed=1, change=smoking(0.2)), sample(rows, seed=2, change=smoking(0.32))
    assert meter.measure(before, now).drifted == drifted


def test_a_category_that_was_never_seen_before_is_drift(meter):
    def change(facts):
        facts[:, SMOKER] = 0
        return facts

    assert meter.measure(sample(seed=1, change=change), sample(seed=2)).drifted == ("smoker",)


def test_only_columns_that_both_have_are_compared(meter):
    report = meter.measure(sample(seed=1), Sample(DEFAULT, sample(seed=2).facts))
    assert tuple(column.column for column in report.columns) == FACTS


def test_nothing_can_be_said_of_no_rows(meter):
    report = meter.measure(sample(), Sample(DEFAULT, []))
    assert (report.rows, report.columns, report.drifted) == (0, (), ())


def test_statistics_and_chances_are_those_of_scipy(meter):
    from scipy.stats import chi2_contingency, ks_2samp, mannwhitneyu  # takes a second of each worker that collects

    before, now = (np.array(sample(rows=rows, seed=seed).facts) for rows, seed in ((1338, 1), (1000, 2)))
    now[:, AGE] = np.minimum(now[:, AGE] + 2, 64)
    for at, column in enumerate(meter.measure(Sample(DEFAULT, before), Sample(DEFAULT, now)).columns):
        if column.test == "chi_squared":
            kinds = [np.bincount(some[:, at].astype(int)) for some in (before, now)]
            statistics: Any = chi2_contingency(np.array(kinds))
            chance = statistics.pvalue
        else:
            shape: Any = ks_2samp(before[:, at], now[:, at], method="asymp")
            place: Any = mannwhitneyu(now[:, at], before[:, at], method="asymptotic", use_continuity=False)
            statistics = {
                "kolmogorov_smirnov": shape.statistic,
                "mann_whitney": place.statistic / before[:, at].size / 1000,
            }
            chance = 3 * min(shape.pvalue, place.pvalue)
            assert column.statistic == pytest.approx(statistics[column.test], rel=0.15), column.column
        assert column.p_value == pytest.approx(min(1, chance), rel=0.15), column.column


def test_people_beyond_everybody_known_are_found_among_few(meter):
    def change(facts):
        facts[:12, AGE] = 70
        return facts

    (age,) = [
        column for column in meter.measure(sample(1338), sample(150, 2, change)).columns if column.column == "age"
    ]
    # of 1,488 rows alike, the 12 oldest are all among the last 150
    chance = np.prod([(150 - i) / (1488 - i) for i in range(12)])
    assert (age.test, age.statistic, age.p_value) == ("exceedance", 12 / 150, pytest.approx(3 * 2 * chance))


def test_a_column_of_one_value_is_like_itself(meter):
    def change(facts):
        facts[:, AGE] = 40
        return facts

    assert meter.measure(sample(change=change), sample(150, 2, change)).columns[AGE].p_value == 1


def test_a_share_that_fell_is_told_from_one_that_did_not(meter):
    from scipy.stats import fisher_exact

    exact: Any = fisher_exact([[80, 20], [1200, 138]], alternative="less")
    assert meter.fell((80, 100), (1200, 1338)) == pytest.approx(exact.pvalue)
    assert meter.fell((80, 100), (1200, 1338)) < 0.01
    assert meter.fell((95, 100), (1200, 1338)) > 0.9

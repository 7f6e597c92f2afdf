"""The newest monitoring report on the operations page: without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.monitoring.review_fit import Fit
from domain.costs.prediction import ModelReference
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.level import CostLevel, LevelState
from domain.monitoring.report import JudgedGroup, MonitoringReport
from entrypoints.dashboard.pages.operations.fit import fit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHAMPION = ModelReference(3, "d" * 64)
BMI = ColumnDrift(
    column="bmi", test="mann_whitney", statistic=0.61, p_value=1e-6, psi=0.21, psi_upper=0.3, adjusted_p=8e-6,
    drifted=True,
)  # fmt: skip
PIT = replace(BMI, column="pit", adjusted_p=0.4567, drifted=False)
SMOKERS = JudgedGroup(
    group="smoker=yes", outcomes=1200, inside=960, bias=-1250.0, typical_mae=3104.0, before=0.91, adjusted_p=1e-4,
    short=True,
)  # fmt: skip
REPORT = MonitoringReport(
    at=NOON, since=NOON - timedelta(days=30), model=CHAMPION, reference_rows=1338, predictions=15_000, outcomes=1200,
    columns=(BMI, PIT), groups=(SMOKERS,),
)  # fmt: skip


@pytest.fixture
def page_of(words):
    """`page_of(report)` is what the page says of it."""
    return lambda report, **more: fit(Fit(champion=CHAMPION, report=report, **more), words)


def test_what_has_changed_is_said_first_and_every_figure_stands_below(page_of):
    page = page_of(REPORT)
    assert "Report of Mar 1, 2026, 12:00 UTC: 15,000 predictions and 1,200 real costs" in page
    assert "Changed: BMI. Too few costs are within the range for: Smokes now: Yes." in page
    assert "medcost retrain" in page
    for figure in ("0.21", "below 0.001", "0.457", "80.0%", "91.0%", "\N{MINUS SIGN}$1,250", "$3,100", "too low"):
        assert figure in page


def test_where_nothing_has_changed_the_page_says_so(page_of):
    page = page_of(replace(REPORT, columns=(PIT,), groups=(replace(SMOKERS, short=False),)))
    assert "Nothing has changed." in page
    assert "Changed:" not in page


def test_too_few_to_compare_is_no_all_clear(page_of):
    page = page_of(replace(REPORT, columns=(), groups=()))
    assert "too few" in page
    assert "Nothing has changed." not in page


LEVEL = CostLevel(
    since=NOON - timedelta(days=45), outcomes=1200, ratio=0.871, low=0.82, high=0.93, needed=0, state=LevelState.SHIFTED
)


def test_the_level_of_costs_is_told_with_how_many_more_it_takes(page_of):
    quiet = replace(REPORT, columns=(PIT,), groups=())
    page = page_of(replace(quiet, level=LEVEL))
    for part in ("0.871", "0.820 to 0.930", "1,200 real costs", "The cost level has left 0.95 to 1.05.", "retrain"):
        assert part in page
    assert "Nothing has changed." not in page
    assert "The cost level has left" in page_of(replace(quiet, columns=(), level=LEVEL))
    unclear = replace(LEVEL, ratio=0.97, high=1.1, needed=2300, state=LevelState.UNCLEAR)
    assert "about 2,300 more real costs are needed" in page_of(replace(quiet, level=unclear))
    assert "About 40 more are needed." in page_of(
        replace(quiet, level=replace(unclear, outcomes=60, high=None, needed=40))
    )


def test_silence_is_not_health(page_of):
    assert "more than two days old" in page_of(REPORT, stale=True)
    assert "more than two days old" not in page_of(REPORT)


def test_without_a_report_the_page_says_how_to_make_one(page_of):
    assert "There is no report about version 3 yet. Run “medcost monitor run” once a day" in page_of(None)


def test_few_real_costs_are_called_few(page_of):
    few = replace(SMOKERS, outcomes=1, inside=1, short=False)
    page = page_of(replace(REPORT, columns=(PIT,), groups=(few,)))
    assert "1 of 1" in page
    assert "too few to judge" in page
    assert "100.0%" not in page
    assert "as expected" not in page
    assert "Nothing has changed." not in page


def test_a_share_below_the_promise_that_chance_explains_is_not_called_as_expected(page_of):
    lower = replace(SMOKERS, outcomes=65, inside=53, adjusted_p=0.2, short=False)
    page = page_of(replace(REPORT, columns=(PIT,), groups=(lower,)))
    assert "may be chance" in page
    assert "as expected" not in page
    assert "as expected" in page_of(replace(REPORT, columns=(PIT,), groups=(replace(lower, inside=60),)))

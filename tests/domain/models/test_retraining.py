"""Why a model is made anew, in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.costs.prediction import ModelReference
from domain.models.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.models.retraining import Retraining
from domain.models.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from domain.models.subject import Subject
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.report import JudgedGroup, MonitoringReport
from domain.people.origin import DataOrigin

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCORES = Scores(
    rows=10, expected=ExpectedScores(0, 0, 0), typical=TypicalScores(0, 0, 0), crps=0,
    interval=IntervalScores(0.9, 0.9, 1, 1), groups=(),
)  # fmt: skip
CARD = ModelCard(
    recipe=Recipe(family="linear"), created_at=NOON, origin=DataOrigin.of_file("old.csv", year=""), data_digest="old",
    rows=10, cross_validation=SCORES, test=SCORES, ranges={}, grouping=(), provenance=Provenance(metric="crps"),
)  # fmt: skip
CHAMPION = ModelVersion(3, "d", NOON, CARD)
REPORT = MonitoringReport(
    at=NOON, since=NOON, model=ModelReference(3, "d"), reference_rows=10, predictions=700, outcomes=600,
    columns=(
        ColumnDrift(
            column="pit", test="mann_whitney", statistic=0.6, p_value=0, psi=0.5, adjusted_p=0, drifted=True
        ),
    ),
    groups=(
        JudgedGroup(
            group="all", outcomes=600, inside=480, bias=-1234.5, typical_mae=1, before=0.9, adjusted_p=0.5, short=False
        ),
    ),
)  # fmt: skip


@pytest.fixture
def begun():
    return Retraining(
        origin=DataOrigin.of_file("new.csv", year=""), data_digest="new", rows=1200, champion=CHAMPION, made=None,
        monitoring=REPORT,
    )  # fmt: skip


def test_the_occasion_is_what_monitoring_found(begun):
    assert begun.occasion == (
        "Retraining on new.csv (1,200 rows): the monitoring of champion 3 of 2026-01-01 says drift:pit, coverage 0.800 "
        "and bias -1,234 USD over 600 outcomes"
    )
    assert "says no alarm" in replace(begun, monitoring=replace(REPORT, columns=(), groups=())).occasion


def test_the_bias_is_in_the_currency_of_the_champion(begun):
    subject = Subject(title="Premium", facts={}, units={}, currency="CHF", schema="")
    swiss = replace(CHAMPION, card=replace(CARD, subject=subject))
    assert "bias -1,234 CHF over" in replace(begun, champion=swiss).occasion


def test_where_nothing_was_monitored_it_says_so(begun):
    assert replace(begun, monitoring=None).occasion.endswith("nothing was monitored of champion 3")
    assert replace(begun, champion=None, monitoring=None).occasion.endswith("there was no champion")


def test_nothing_has_changed_where_the_champion_is_what_would_be_made(begun):
    assert not begun.is_unchanged
    assert replace(begun, made=CHAMPION).is_unchanged
    assert not replace(begun, made=replace(CHAMPION, number=4)).is_unchanged

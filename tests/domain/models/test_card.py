"""What a person reads of a model before they rely on it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.models.card import markdown
from domain.models.model import (
    DistributionNote,
    FamilySummary,
    MetricSummary,
    ModelCard,
    ModelVersion,
    Provenance,
    Recipe,
)
from domain.models.promotion import Candidacy, PairedComparison, PromotionPolicy
from domain.models.scores import ExpectedScores, GroupScores, IntervalScores, Scores, TypicalScores
from domain.models.subject import Subject
from domain.people.origin import DataOrigin
from tests.support.default_schema import DEFAULT
from tests.support.schemas import CLINIC

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCORES = Scores(
    rows=1000,
    expected=ExpectedScores(0.851, 4500.0, 2500.0),
    typical=TypicalScores(1300.0, 12.5, 0.9),
    crps=1400.0,
    interval=IntervalScores(0.9, 0.93, 12000.0, 19000.0),
    groups=(GroupScores("smoker=yes", 200, 0.951, 20000.0, -3.25),),
)
CANDIDACY = Candidacy(
    comparison=PairedComparison(
        method="unseen_rows", rival=4, rows=300, challenger_loss=1400.0, rival_loss=1450.0, difference=-50.0,
        standard_error=10.0, degrees_of_freedom=299.0, upper_bound=-33.0,
    ),
    coverage=0.93, group_coverage={"smoker=yes": 0.5}, milliseconds=0.4, megabytes=0.2,
)  # fmt: skip


@pytest.fixture
def card():
    return ModelCard(
        recipe=Recipe(family="forest", hyperparameters={"depth": 3}),
        created_at=NOON,
        origin=DataOrigin("claims.csv", "the file claims.csv", synthetic=False, year="2024"),
        data_digest="e" * 64,
        rows=1000,
        cross_validation=SCORES,
        test=replace(SCORES, rows=200),
        ranges={"age": (18.0, 64.0), "bmi": (16.0, 53.1)},
        grouping=("smoker",),
        provenance=Provenance(metric="crps", compared=(FamilySummary("linear", 2000.0, 123.0),), trials=3),
        notes=("fitted on a subsample",),
        folds=(MetricSummary("crps", 1405.0, 77.0),),
        subject=Subject.of(DEFAULT),
    )


@pytest.fixture
def render(card):
    """`told(verdict, rows=5)` is the page of a card that differs in what is named."""

    def tell(verdict=None, **changes):
        return markdown(ModelVersion(5, "a" * 64, NOON, replace(card, **changes)), verdict)

    return tell


def test_it_names_version_digest_and_recipe(render):
    assert render().startswith("# Medcost, version 5\n")
    assert "a" * 64 in render()
    assert "`forest` with depth = 3" in render()


def test_it_says_what_it_is_for_and_what_not(render):
    assert "not medical or financial advice" in render()
    assert "Do not use it to set a premium" in render()


def test_it_tells_the_data_with_year_rows_digest_ranges_and_unit(render):
    page = render()
    assert "1,000 rows: the file claims.csv; costs of 2024." in page
    assert "e" * 64 in page
    assert "Age from 18 to 64 years" in page
    assert "Every amount is in USD a year." in page


def test_it_speaks_of_the_facts_and_the_money_of_the_model_s_schema(render):
    page = render(subject=Subject.of(CLINIC), ranges={"stay": (0.0, 28.0)})
    assert "clinic, predicted from 6 facts: Days in hospital, ward, glucose, diabetic, income, plan." in page
    assert "Days in hospital from 0 to 28 days" in page
    assert "Every amount is in EUR a year." in page
    assert "| CRPS, EUR | 1,405 | 77 |" in page
    assert "USD" not in page


def test_facts_keep_the_order_of_the_schema_though_a_database_does_not(render):
    subject = Subject.of(DEFAULT)
    shuffled = replace(subject, facts=dict(sorted(subject.facts.items(), reverse=True)))
    page = render(subject=shuffled, ranges={"bmi": (15.96, 53.13), "age": (18.0, 64.0)})
    assert ", ".join(subject.facts.values()) in page
    assert page.index("Age from 18 to 64") < page.index("from 15.96 to 53.13")


def test_a_card_of_before_facts_were_declared_is_still_a_card(render):
    page = render(subject=None)
    assert "predicted from 2 facts: age, bmi." in page
    assert "Every amount is in USD a year." in page


def test_a_year_that_nobody_documented_is_not_made_up(render):
    assert "year of the costs not documented" in render(origin=DataOrigin("x", "the file x", synthetic=False))


def test_invented_data_are_called_invented(render):
    page = render(origin=DataOrigin("synthetic", "100 invented people", synthetic=True))
    assert "These people and bills are invented" in page
    assert "costs of no real year" in page


def test_families_and_metrics_have_their_spread_over_folds(render):
    page = render()
    assert "Chosen by CRPS, USD, on the same folds of the rows outside the test set" in page
    assert "CRPS measures the error of the" in page
    assert "| linear | 2,000 | 123 |" in page
    assert "| CRPS, USD | 1,405 | 77 |" in page


def test_each_group_has_its_coverage(render):
    assert "| smoker=yes | 200 | 0.951 | 20,000 | -3 |" in render()


def test_the_verdict_stands_there_with_its_numbers(render):
    assert "Not judged yet." in render()
    page = render(PromotionPolicy().judge(CANDIDACY))
    assert "**Refused**, against champion 4, on 300 rows the champion never saw." in page
    assert "- passed: CRPS 1,400 against 1,450 of champion 4" in page
    assert "- **refused**: coverage of smoker=yes 0.500" in page


def test_a_retraining_says_why_it_was_made(render, card):
    why = "Retraining on new.csv (1,200 rows): the monitoring of champion 3 of 2026-01-01 says drift:pit"
    assert f"{why}.\n" in render(provenance=replace(card.provenance, occasion=why))
    assert "Retraining" not in render()


def test_it_says_how_the_range_is_made_and_where_the_model_ends(render):
    assert "separately by Smokes now" in render()
    assert "all rows together" in render(grouping=())
    assert "its answer carries a warning" in render()
    assert "does not show what causes a cost" in render()
    assert "- fitted on a subsample" in render()


def test_it_says_which_distribution_was_chosen_and_by_how_much(render):
    chosen = DistributionNote("ranks", "boosting", "regression and boosting", 0.75, 0.081, 0.123)
    page = render(distribution=chosen)
    assert "A forest of the ranks of errors" in page
    assert "CRPS on held-out people: 8.1% below that of the distribution of all costs" in page
    assert "12.3% below that of the simplest shape" in page
    assert "Chance of no cost: boosting" in page
    assert "an exponential excess of 0.75 times that quantile" in page
    assert "Everybody gets the distribution of all costs" in render(distribution=replace(chosen, shape="unconditional"))


def test_a_card_without_folds_is_still_a_card(render):
    assert "spread over folds" not in render(folds=(), provenance=Provenance(metric="crps"))

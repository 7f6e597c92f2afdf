"""The pages about two versions, in process, on memory adapters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nicegui import ui
from nicegui.testing.user import User

from adapters.memory.sample import small_sample
from domain.errors import PredictorUnavailable
from domain.models.actuarial_report import CurvePoint, Curves, Portion
from domain.models.model import FamilySummary, ModelVersion
from domain.models.scores import ActuarialScores, GroupScores, PredictiveRatio
from domain.monitoring.drift import Sample
from domain.ports.version_models import VersionModels
from entrypoints.dashboard.widgets.table import SortedTable
from tests.support.default_schema import DEFAULT
from tests.support.monitored import crown
from tests.support.rule_predictor import RulePredictor

SECTIONS = ("fit", "rows", "facts", "runs", "data")


def judged(made: ModelVersion, number: int, factor: float) -> ModelVersion:
    """A version with all figures, that expects so many times what people cost."""
    ratio = PredictiveRatio(factor, factor - 0.02, factor + 0.02)
    actuarial = ActuarialScores(
        overall=ratio, deciles=(ratio,) * 10, cpm=0.5, gini=0.4, mae_over_mean=0.3, capped_r2=0.7, cap=50_000.0,
        capture_1=0.5, capture_5=0.6, capture_10=0.7,
    )  # fmt: skip
    groups = (GroupScores("smoker=yes", 80, 0.9, 20_000.0, -300.0, 80, ratio),)
    scores = replace(made.card.cross_validation, actuarial=actuarial, groups=groups)
    curves = Curves(
        deciles=tuple(Portion(people=40, predicted=factor * 1000 * i, observed=1000.0 * i) for i in range(1, 11)),
        lorenz=tuple(
            CurvePoint(people=i / 20, by_predicted=(i / 20) ** 2, by_observed=(i / 20) ** 3) for i in range(21)
        ),
    )
    made_by = replace(made.card.provenance, compared=(FamilySummary("forest", 1500.0 + number, 90.0, 0.4),))
    card = replace(made.card, cross_validation=scores, curves=curves, provenance=made_by)
    return replace(made, number=number, digest=str(number) * 64, card=card)


@pytest.fixture
async def two(parts, version):
    """Version 1 is champion and right; version 2 expects half of what people of 50 and more cost."""
    claims = small_sample(DEFAULT)
    models = await parts.container.get(VersionModels)
    for number in (1, 2):
        made = judged(version(number), number, 1.0 if number == 1 else 0.8)
        expected = [
            cost * (0.5 if number == 2 and next(iter(row)) >= 50 else 1.0)
            for row, cost in zip(claims.facts, claims.charges, strict=True)
        ]
        models.add(
            made.reference,
            RulePredictor(made.reference, lambda who: 100 * who.as_numbers()[0]),
            Sample(DEFAULT, claims.facts, {"charges": claims.charges, "expected": expected}),
        )
        await parts.ledger.admit(made)
    await crown(parts.ledger, (await parts.ledger.version(1)).reference)
    return models


async def test_without_a_champion_and_a_version_the_pages_say_what_to_do(user: User):
    for section in SECTIONS:
        await user.open(f"/models/{section}")
        await user.should_see("No version is in service yet")


@pytest.mark.parametrize("section", SECTIONS)
async def test_two_versions_named_by_the_address_are_shown_side_by_side(user: User, two, section: str):
    await user.open(f"/models/{section}?version=2&against=1")
    await user.should_see("Version 2")
    await user.should_see("Version 1")


async def test_which_version_underfunds_people_over_50_is_said(user: User, two):
    await user.open("/models/rows?version=1&against=2&fact=age&from=50")
    await user.should_see("Version 2 underfunds these people (Age 50 or more): it expects 50.0")
    await user.should_see("Version 1 is about right for these people (Age 50 or more)")


async def test_a_filter_that_fits_nobody_says_so(user: User, two):
    await user.open("/models/rows?version=1&fact=age&from=99&to=100")
    await user.should_see("Nobody in the data is like that.")


async def test_what_an_address_holds_that_cannot_be_read_is_passed_over(user: User, two):
    await user.open("/models/rows?version=two&against=-&fact=hat&from=x&who=smoker%3Dperhaps")
    await user.should_see("Everybody: 400 rows of 400.")
    await user.open("/models/facts?fact=hat&other=hat&version=1")
    await user.should_see("Cost along a fact: Age")


async def test_a_version_that_does_not_exist_is_named(user: User, two):
    await user.open("/models/fit?version=7")
    await user.should_see("This version cannot be shown here")


async def test_a_version_whose_files_are_elsewhere_shows_its_card_and_says_what_is_missing(
    user: User, two, parts, version
):
    await parts.ledger.admit(judged(version(3), 3, 0.9))
    await user.open("/models/fit?version=3")
    await user.should_see("Lorenz curves")
    await user.open("/models/rows?version=3")
    await user.should_see("This version keeps no rows")
    await user.open("/models/facts?version=3")
    await user.should_see("No people to ask about")


async def test_while_the_model_server_is_away_the_page_says_so_and_then_recovers(user: User, two):
    two.failure = PredictorUnavailable("away", retry_after=0.1)
    await user.open("/models/facts?version=1")
    await user.should_see("We cannot read the models right now.")
    two.failure = None
    await user.should_see("Importance of facts", retries=40)


async def test_charts_have_a_description_and_their_numbers(user: User, two):
    await user.open("/models/fit?version=2&against=1")
    charts = list(user.find(ui.echart).elements)
    assert len(charts) == 3
    for chart in charts:
        assert isinstance(chart, ui.echart)
        assert "Version 2" in chart.options["aria"]["label"]["description"]
    await user.should_see("Version 1 is nearer.")
    await user.should_see("Save the numbers (CSV)")


async def test_the_legend_of_a_chart_names_all_lines_below_each_other_on_a_phone(user: User, two):
    await user.open("/models/fit?version=2&against=1")
    for chart in user.find(ui.echart).elements:
        assert isinstance(chart, ui.echart)
        drawn = {line["name"] for line in chart.options["series"]}
        phone, otherwise = chart.options["media"]
        assert set(phone["option"]["legend"]["data"]) == set(chart.options["legend"]["data"]) == drawn
        assert phone["option"]["legend"]["orient"] == "vertical"
        assert phone["option"]["grid"]["bottom"] > 20 * len(drawn)
        assert "type" not in chart.options["legend"], "pages of a legend hide lines"
        assert "query" not in otherwise, "what a chart has again that is drawn narrow and then wide"
        assert otherwise["option"] == {"legend": chart.options["legend"], "grid": chart.options["grid"]}
        assert otherwise["option"]["legend"].keys() >= phone["option"]["legend"].keys()


async def test_names_of_recipes_stand_beside_their_points_but_on_a_phone(user: User, two):
    await user.open("/models/runs?version=2&against=1")
    chart = next(iter(user.find(ui.echart).elements))
    assert isinstance(chart, ui.echart)
    phone, otherwise = (entry["option"] for entry in chart.options["media"])
    assert {named["label"]["show"] for named in phone["series"]} == {False}
    assert {named["label"]["show"] for named in otherwise["series"]} == {True}
    assert chart.options["tooltip"]["formatter"] == "{b}"


async def test_titles_of_axes_stand_outside_a_chart_and_ticks_tell_hundreds_apart(user: User, two):
    await user.open("/models/fit?version=2&against=1")
    charts = [chart for chart in user.find(ui.echart).elements if isinstance(chart, ui.echart)]
    assert not any("name" in chart.options[axis] for chart in charts for axis in ("xAxis", "yAxis"))
    ticks = [chart.options["yAxis"]["axisLabel"].get(":formatter", "") for chart in charts]
    assert any("maximumFractionDigits: 2" in tick for tick in ticks)


async def test_an_old_card_has_no_curves_and_the_page_says_so(user: User, parts, version):
    await parts.ledger.admit(version(1))
    await user.open("/models/fit?version=1")
    await user.should_see("The card has no such figures")


async def test_a_row_opens_with_the_facts_of_the_person_and_both_answers(user: User, two):
    await user.open("/models/rows?version=2&against=1&fact=age&from=50")
    (table,) = user.find(SortedTable).elements
    assert isinstance(table, SortedTable)
    user.find(SortedTable).trigger("open", table.props["rows"][0]["id"])
    await user.should_see("Version 2, before it had seen this person")
    await user.should_see("What the versions answer now", retries=40)

"""Operations while parts are away: without a browser."""

from __future__ import annotations

import pytest
from nicegui.testing.user import User

from application.monitoring.measure_outcomes import LiveScores
from domain.errors import PredictorUnavailable, RepositoryUnavailable
from domain.models.ledger import Change, NewEntry
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.operations import tables
from entrypoints.http.metrics import Metrics
from tests.support.simulation import person_at_pages


async def test_a_part_that_is_away_is_named_and_its_return_is_seen(user: User, parts):
    parts.predictions.failure = RepositoryUnavailable("no answer from PostgreSQL")
    parts.model.failure = PredictorUnavailable("no answer from the model server")
    await user.open("/operations")
    await user.should_see("no answer from PostgreSQL")
    await user.should_see("no answer from the model server")
    await user.should_see("unknown while the database is down")
    await user.should_see("We cannot read the predictions right now.")
    parts.predictions.failure = parts.model.failure = None
    await user.should_see("answers, with the right schema", retries=60)
    await user.should_see("No predictions yet.", retries=60)


async def test_without_the_api_in_this_process_the_page_says_where_its_figures_are(user: User):
    await user.open("/operations")
    await user.should_see("The API runs in another process.")


async def test_before_a_model_was_promoted_the_page_says_why_no_drift_is_shown(user: User):
    await user.open("/operations")
    await user.should_see("No version has been promoted yet, so there is nothing to compare with.")


async def test_how_many_predictions_go_together_is_shown(parts):
    metrics = Metrics()
    metrics.answered("POST", "/api/v1/predictions", 201, 0.01)
    for together in (1, 6):
        metrics.grouped("predict")(together, 0, 0.01)
    async with person_at_pages() as someone:
        register_pages(parts.container, DashboardOptions(), metrics)
        await someone.open("/operations")
        await someone.should_see("3.5 rows per call")
        await someone.should_see("2 calls in total")


async def test_while_no_model_answers_the_champion_is_named_and_nothing_else_is_claimed(user: User, parts, version):
    champion = version(1)
    await parts.ledger.admit(champion)
    await parts.ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=champion.digest, replaces=None, at=champion.registered_at,
            by="ann", reason="passed the gate",
        )
    )  # fmt: skip
    parts.model.failure = PredictorUnavailable("no answer from the model server")
    await user.open("/operations")
    await user.should_see("version 1; no model is answering")
    await user.should_see("No predictions yet.")


@pytest.mark.parametrize("missing", ["inside", "typical_mae", "bias"])
def test_outcomes_are_shown_when_all_their_figures_are_there(words: Words, missing: str):
    figures = {"inside": 1.0, "typical_mae": 90.0, "bias": 5.0, missing: None}
    shown = tables.outcomes(LiveScores(predictions=100, outcomes=40, **figures), words)
    assert words("operations.outcomes.none") in shown


@pytest.mark.parametrize(("outcomes", "held"), [(1, "1 of 1"), (29, "29 of 29"), (30, "100.0%")])
def test_a_share_is_shown_only_of_enough_real_costs(words: Words, outcomes: int, held: str):
    shown = tables.outcomes(
        LiveScores(predictions=100, outcomes=outcomes, inside=1.0, typical_mae=90.0, bias=5.0), words
    )
    assert f"<dd>{held}</dd>" in shown
    assert (words("operations.inside.few", fewest=30) in shown) == (outcomes < 30)

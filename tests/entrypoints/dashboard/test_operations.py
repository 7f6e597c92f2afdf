"""Operations while parts are away: without a browser."""

from __future__ import annotations

from nicegui.testing.user import User

from domain.errors import PredictorUnavailable, RepositoryUnavailable


async def test_a_part_that_is_away_is_named_and_its_return_is_seen(user: User, parts):
    parts.predictions.failure = RepositoryUnavailable("no answer from PostgreSQL")
    parts.model.failure = PredictorUnavailable("no answer from the model server")
    await user.open("/operations")
    await user.should_see("no answer from PostgreSQL")
    await user.should_see("no answer from the model server")
    await user.should_see("not known while the database is away")
    parts.predictions.failure = parts.model.failure = None
    await user.should_see("answers, with the schema that is needed", retries=60)
    await user.should_see("Nothing was predicted yet.", retries=60)


async def test_without_the_api_in_this_process_the_page_says_where_its_figures_are(user: User):
    await user.open("/operations")
    await user.should_see("The API runs in another process.")


async def test_before_a_model_was_promoted_the_page_says_why_no_drift_is_shown(user: User):
    await user.open("/operations")
    await user.should_see("No version was promoted yet: there is nothing to compare with.")

"""The page of the models while the database is away: without a browser."""

from __future__ import annotations

from nicegui.testing.user import User

from domain.errors import RepositoryUnavailable


async def test_while_the_database_is_away_the_models_say_so_and_then_recover(user: User, parts, version):
    await parts.ledger.admit(version(1))
    parts.ledger.failure = RepositoryUnavailable("away", retry_after=0.1)
    await user.open("/models")
    await user.should_see("We cannot read the models just now.")
    parts.ledger.failure = None
    await user.should_see("No version is in service yet.", retries=40)
    await user.should_not_see("We cannot read the models just now.")

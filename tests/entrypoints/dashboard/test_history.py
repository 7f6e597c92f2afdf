"""The page of past estimates while the database is away: without a browser."""

from __future__ import annotations

from nicegui.testing.user import User

from application.predict_cost import PredictCost
from domain.beneficiary import Beneficiary
from domain.errors import RepositoryUnavailable

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


async def test_while_the_database_is_away_the_page_says_so_and_then_recovers(user: User, parts):
    async with parts.container() as request:
        await (await request.get(PredictCost))(Beneficiary.of(ANN))
    parts.predictions.failure = RepositoryUnavailable("away", retry_after=0.1)
    await user.open("/history")
    await user.should_see("We cannot read the estimates just now.")
    parts.predictions.failure = None
    await user.should_see("Rows 1 to 1", retries=40)
    await user.should_not_see("We cannot read the estimates just now.")

"""The predictor by groups keeps the contract of Medcost's port."""

import pytest

from domain.people.claims import ClaimRecord
from group_predictor import GroupPredictor
from medcost_testing.people import CLINIC, patient
from medcost_testing.predictor import PredictorContract

RECORDS = [
    ClaimRecord(patient(CLINIC, plan=plan), 1000.0 * number + 10 * n)
    for number, plan in enumerate(("bronze", "silver"), 1)
    for n in range(30)
]


class TestGroupPredictor(PredictorContract):
    @pytest.fixture
    def predictor(self):
        return GroupPredictor(RECORDS, fact="plan")

    @pytest.fixture
    def absent(self):
        return GroupPredictor([], fact="plan")

    @pytest.fixture
    def people(self):
        return [patient(CLINIC, plan=plan) for plan in ("bronze", "silver", "gold", None)]


@pytest.mark.asyncio
async def test_a_value_that_nobody_has_is_answered_by_all_with_a_caution():
    (estimate,) = await GroupPredictor(RECORDS, fact="plan").predict([patient(CLINIC, plan="gold")])
    assert [caution.code for caution in estimate.cautions] == ["plan_rare"]
    assert estimate.cost.quantiles[0] < 1300
    assert estimate.cost.quantiles[-1] > 2000

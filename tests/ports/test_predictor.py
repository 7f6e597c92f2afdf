"""The port `predictor`: the suite that is shipped, over every adapter; and what our models add to it."""

import pytest

from domain.people.beneficiary import Beneficiary
from medcost_testing.predictor import PredictorContract
from tests.support.default_schema import DEFAULT

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
bob = Beneficiary(DEFAULT, (88, "male", 44.0, 0, True, "southwest"))
eve = Beneficiary(DEFAULT, (19, "female", 18.0, 5, False, "southeast"))


class TestPredictor(PredictorContract):
    @pytest.fixture
    def predictor(self, answering):
        return answering[0]

    @pytest.fixture
    def absent(self, unanswering):
        return unanswering[0]

    @pytest.fixture
    def people(self):
        return [ann, bob, eve]

    async def test_who_is_beyond_the_data_gets_a_caution(self, predictor):
        (estimate,) = await predictor.predict([bob])
        assert "age_beyond_data" in {caution.code for caution in estimate.cautions}

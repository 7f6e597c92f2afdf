"""The port `explainer`: the suite that is shipped, over every adapter."""

import pytest

from domain.people.beneficiary import Beneficiary
from medcost_testing.explainer import ExplainerContract
from tests.support.default_schema import DEFAULT

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
bob = Beneficiary(DEFAULT, (58, "male", 34.0, 0, True, "southwest"))


class TestExplainer(ExplainerContract):
    @pytest.fixture
    def explainer(self, answering):
        return answering[1]

    @pytest.fixture
    def absent(self, unanswering):
        return unanswering[1]

    @pytest.fixture
    def people(self):
        return [ann, bob]

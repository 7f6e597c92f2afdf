"""The port `explainer`: one suite over every adapter."""

import pytest

from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, FACTS

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
bob = Beneficiary(DEFAULT, (58, "male", 34.0, 0, True, "southwest"))


@pytest.fixture
def explainer(answering):
    return answering[1]


@pytest.fixture
def absent(unanswering):
    return unanswering[1]


@pytest.mark.parametrize("who", [ann, bob])
async def test_dollars_add_up_to_the_expected_cost_to_the_cent(explainer, who):
    told = await explainer.explain(who)
    cents = [round(usd * 100) for usd in (told.baseline, *(one.usd for one in told.contributions))]
    assert sum(cents) == round(told.expected * 100)


@pytest.mark.parametrize("who", [ann, bob])
async def test_dollars_add_up_to_the_typical_cost_where_that_is_asked_for(explainer, who):
    told = await explainer.explain(who, "typical")
    cents = [round(usd * 100) for usd in (told.baseline, *(one.usd for one in told.contributions))]
    assert (told.of, sum(cents)) == ("typical", round(told.typical * 100))
    assert (await explainer.explain(who)).typical == told.typical


async def test_every_fact_has_its_dollars_in_the_order_of_the_facts(explainer):
    told = await explainer.explain(ann)
    assert tuple(one.fact for one in told.contributions) == FACTS


async def test_the_average_person_costs_the_same_whoever_is_explained(explainer):
    assert (await explainer.explain(ann)).baseline == (await explainer.explain(bob)).baseline


async def test_no_more_people_are_alike_than_there_are(explainer):
    alike = (await explainer.explain(ann)).alike
    assert 0 <= alike.count <= alike.total


async def test_without_a_model_there_is_no_explanation(absent):
    with pytest.raises(PredictorUnavailable):
        await absent.explain(ann)
